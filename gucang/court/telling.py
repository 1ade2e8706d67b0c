"""What conformance shows of the court beside patterns, and what the audit leaves alone."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _t

from gucang.audits.declared import Tolerance
from gucang.conformance.verdicts import Key, Verdict
from gucang.court.actions import deviations
from gucang.court.kinds import State
from gucang.court.models import Deviation
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.surface import ui

TONES = {State.OPEN: "wait", State.BETTER: "ok", State.HARMFUL: "bad", State.TOLERATED: "mute"}


def key_of(one: Deviation) -> Key:
    """The pattern that a deviation before the court is about."""
    return Key(one.process_id, one.kind, one.step, one.other)


def is_tolerated(one: Deviation) -> bool:
    """Whether it is today."""
    return one.state == State.TOLERATED and one.until is not None and one.until >= clock.today()


def words_of(one: Deviation) -> str:
    """How it stands, for a badge."""
    if one.until is not None and is_tolerated(one):
        return _t("tolerated until %(day)s") % {"day": ui.date_text(one.until)}
    if one.state in (State.OPEN, State.TOLERATED):
        return _t("before the court")
    if one.state == State.BETTER:
        return _t("better, in force") if one.settled_at is not None else _t("better, being written")
    return one.verdict


class Court:
    """The court, as conformance asks it."""

    def of_process(self, process: int) -> Mapping[Key, Verdict]:
        """What stands beside the patterns of a process; of several the latest. A settled one leaves them free again."""
        rows = Deviation.objects.filter(process=process, settled_at=None).order_by("pk")
        return {
            key_of(one): Verdict(words_of(one), TONES[State(one.state)], f"/deviations/{one.pk}", is_tolerated(one))
            for one in rows
        }

    def tolerated(self, case_type: str) -> Mapping[Key, Tolerance]:
        """What the audit leaves alone today."""
        rows = Deviation.objects.filter(
            process__case_type=case_type, state=State.TOLERATED, until__gte=clock.today()
        ).order_by("pk")  # fmt: skip
        return {
            key_of(one): Tolerance(one.until, one.judged_by_id, one.number, f"/deviations/{one.pk}")
            for one in rows
            if one.until is not None
        }

    def way(self, actor: Actor, key: Key) -> tuple[str, str] | None:
        """To the form, with the pattern filled in where one is given."""
        if actor.eyes is not None:
            return None
        if actor.may(deviations.open_one.name):
            words = deviations.open_one.label
        elif actor.member_id is not None and actor.may(deviations.propose.name):
            words = deviations.propose.label
        else:
            return None
        given = {"kind": key.kind, "step": key.step, "other": key.other}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/processes/{key.process}/bring" + (f"?{query}" if query else ""), str(words)
