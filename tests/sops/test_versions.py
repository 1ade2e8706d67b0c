"""A process from draft to draft: one version in force, refusals in words, who may, and who has read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from gucang.accounts.models import Member
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import Event
from gucang.sops import queries
from gucang.sops.actions import processes, versions
from gucang.sops.models import ProcessVersion, Reading, State
from tests.sops.conftest import TWO_STEPS, in_force_now, make_draft, make_process


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are looked at in English here."""
    with translation.override("en"):
        yield


def test_a_new_version_supersedes_the_former_with_the_same_moment(scope: Any, sue: Member) -> None:
    first = in_force_now(sue)
    later = clock.now() + timedelta(days=3)
    with clock.at(later):
        second = in_force_now(sue, first.process)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.IN_FORCE)
    assert first.in_force_until == second.in_force_from == later
    assert queries.in_force("opportunity") == second
    assert queries.in_force("opportunity", later - timedelta(seconds=1)) == first
    assert queries.in_force("opportunity", later) == second
    assert queries.in_force("opportunity", first.in_force_from - timedelta(seconds=1)) is None
    assert queries.in_force("lead") is None
    names = list(Event.objects.filter(subject_type="process_version").order_by("pk").values_list("name", flat=True))
    assert names.count("process_version.put_in_force") == 2
    assert names.count("process_version.supersede") == 1


def test_a_draft_begins_with_the_words_in_force(scope: Any, sue: Member) -> None:
    held = in_force_now(sue)
    draft = versions.draft(actor=sue, process=held.process, reason="少一步").record
    assert (draft.number, draft.definition, draft.author_id, draft.state) == (2, held.definition, sue.pk, "draft")
    third = versions.draft(actor=sue, process=held.process, start=held).record
    assert third.number == 3
    other = make_process(sue, "SOP-02", "lead", "线索")
    with pytest.raises(Invalid, match="another process"):
        versions.draft(actor=sue, process=other, start=held)


def test_a_draft_may_be_unfinished_but_is_not_put_in_force_like_that(scope: Any, sue: Member) -> None:
    words = {
        "tree": ["seq", "a", ["choice"]],
        "steps": [{"key": "a", "name": "甲", "events": ["quote.fly"], "roles": ["wizard"], "required": ["colour"]}],
        "final": ["opportunity.vanish"],
    }
    draft = make_draft(sue, make_process(sue), words)
    with pytest.raises(Invalid) as found:
        versions.put_in_force(draft, actor=sue, reason="试试")
    told = " / ".join(found.value.fields[""])
    for part in ("A block has nothing in it", "no deed “quote.fly”", "no role “wizard”", "no field “colour”"):
        assert part in told
    assert "“opportunity.vanish”" in told
    assert not ProcessVersion.objects.filter(state=State.IN_FORCE).exists()


def test_what_was_in_force_is_never_rewritten(scope: Any, sue: Member) -> None:
    held = in_force_now(sue)
    for verb, more in (
        (versions.define, {"definition": json.dumps(TWO_STEPS)}),
        (versions.put_in_force, {"reason": "再来"}),
        (versions.delete, {}),
    ):
        with pytest.raises(Refused, match="no draft any more"):
            verb(held, actor=sue, **more)
    with pytest.raises(Refused, match="Retire it instead"):
        processes.delete(held.process, actor=sue)


def test_a_reason_is_needed(scope: Any, sue: Member) -> None:
    with pytest.raises(Invalid, match="what is different"):
        versions.put_in_force(make_draft(sue, make_process(sue)), actor=sue)


def test_one_process_about_a_thing_holds_at_a_time(scope: Any, sue: Member) -> None:
    first = in_force_now(sue)
    other = make_draft(sue, make_process(sue, "SOP-02", name="另一套"))
    with pytest.raises(Refused, match="报价到成交"):
        versions.put_in_force(other, actor=sue, reason="换一套")
    processes.retire(first.process, actor=sue, reason="换一套")
    first.refresh_from_db()
    assert first.state == State.SUPERSEDED
    assert queries.in_force("opportunity") is None
    versions.put_in_force(other, actor=sue, reason="换一套")
    assert queries.in_force("opportunity") == other
    with pytest.raises(Refused, match="not in force"):
        processes.retire(first.process, actor=sue, reason="再")


def test_what_it_is_about_stays(scope: Any, sue: Member) -> None:
    held = in_force_now(sue)
    with pytest.raises(Invalid, match="stays"):
        processes.edit(held.process, actor=sue, values={"case_type": "lead"})


def test_everybody_confirms_for_themselves_and_once(scope: Any, sue: Member, alice: Member, bob: Member) -> None:
    held = in_force_now(sue)
    versions.confirm_reading(held, actor=alice)
    with pytest.raises(Refused, match="already"):
        versions.confirm_reading(held, actor=alice)
    assert list(Reading.objects.values_list("version_id", "member_id")) == [(held.pk, alice.pk)]
    with pytest.raises(Forbidden):
        versions.confirm_reading(held, actor=system())
    draft = versions.draft(actor=sue, process=held.process).record
    with pytest.raises(Refused, match="nothing to confirm"):
        versions.confirm_reading(draft, actor=bob)


def test_who_only_works_by_it_does_not_write_it(scope: Any, sue: Member, alice: Member) -> None:
    held = in_force_now(sue)
    draft = make_draft(sue, held.process)
    for verb, record, more in (
        (versions.draft, None, {"process": held.process}),
        (versions.define, draft, {"definition": "{}"}),
        (versions.put_in_force, draft, {"reason": "我"}),
        (versions.supersede, held, {}),
        (processes.retire, held.process, {"reason": "我"}),
    ):
        with pytest.raises(Forbidden):
            verb(record, actor=alice, **more) if record is not None else verb(actor=alice, **more)
