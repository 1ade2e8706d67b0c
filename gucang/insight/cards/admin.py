"""What an administrator looks at first: what does not run by itself, and how far the company is set up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.accounts import second_step
from gucang.insight import queries
from gucang.kernel import clock, jobs
from gucang.parties.models import Customer
from gucang.surface import home
from gucang.surface.middleware import CompanyRequest

HOMES = ("admin",)
# The nightly job seals yesterday; a day that is older was forgotten.
SEALS_MAY_LAG = timedelta(days=2)


def register() -> None:
    """Put the cards on the administrator's home page."""
    home.card("care", template="insight/care.html", context=care, homes=HOMES, order=5)
    home.card("set-up", template="insight/set_up.html", context=set_up, homes=HOMES, order=5, column="side")


@dataclass(frozen=True)
class Row:
    """One thing to look after: where it is done ("" when only the console can), and why it matters."""

    title: str
    url: str = ""
    reason: str = ""
    when: str = ""
    tone: str = ""


def care(request: CompanyRequest) -> dict[str, Any] | None:
    """Whatever needs an administrator now; at most six queries."""
    return {"rows": [*_refused_rows(request), *_machinery(request), *_doors(request)]}


def _refused_rows(request: CompanyRequest) -> Iterator[Row]:
    """Imports of the last month that left rows behind."""
    for one in queries.imports_with_refusals(request.actor, clock.now() - timedelta(days=30)):
        title = ngettext("%(n)s row of “%(file)s” was refused", "%(n)s rows of “%(file)s” were refused", one.refused)
        yield Row(
            title % {"n": one.refused, "file": one.name},
            f"{request.base}/imports/{one.pk}",
            _t("Take the refused rows out, correct them, bring them in again."),
            one.number,
            "warn",
        )


def _machinery(request: CompanyRequest) -> Iterator[Row]:
    """Jobs that gave up, and a log that is not being sealed."""
    if not request.actor.may("company.edit"):
        return
    failed = queries.failed_jobs(request.company)
    if count := sum(failed.values()):
        yield Row(
            ngettext("%(n)s job gave up", "%(n)s jobs gave up", count) % {"n": count},
            url=f"{request.base}/jobs" if request.actor.may("company.retry_job") else "",
            when=_t("Jobs"),
            reason=_t("%(names)s · Each was tried several times. Look why, then try again.")
            % {"names": "、".join(sorted({jobs.label_of(name) for name in failed}))},
            tone="bad",
        )
    sealed = queries.last_sealed_day()
    since = sealed or request.company.created_at.date()
    if clock.today() - since > SEALS_MAY_LAG:
        yield Row(
            _t("The log has not been sealed since %(day)s") % {"day": since.isoformat()},
            when=_t("Log"),
            reason=_t("It is sealed every night by the job process. Look whether “gucang run” is running."),
            tone="bad",
        )


def _doors(request: CompanyRequest) -> Iterator[Row]:
    """Who cannot sign in yet, and who signs in by password alone."""
    if request.actor.may("member.invite"):
        people = queries.people()
        if people.not_invited:
            title = ngettext("%(n)s member cannot sign in", "%(n)s members cannot sign in", people.not_invited)
            reason = _t("No invitation is open for them. Open the member and press “Invite”.")
            yield Row(title % {"n": people.not_invited}, f"{request.base}/members/", reason, _t("Members"))
        if people.without_role:
            title = ngettext("%(n)s member has no role", "%(n)s members have no role", people.without_role)
            reason = _t("Without a role nobody sees customers.")
            yield Row(title % {"n": people.without_role}, f"{request.base}/members/", reason, _t("Members"))
    if request.actor.may("company.require_second_step"):
        count = queries.password_alone()
        if count:
            title = ngettext("%(n)s person signs in by password alone", "%(n)s people sign in by password alone", count)
            demanded = second_step.is_required(request.company)
            reason = (
                _t("They are asked for a second step at their next click.")
                if demanded
                else _t("You can ask everybody for a second step in the settings.")
            )
            yield Row(title % {"n": count}, f"{request.base}/settings", reason, _t("Signing in"))


@dataclass(frozen=True)
class Stone:
    """One part of setting up: whether it is done, how much there is, where it is done."""

    title: str
    url: str
    done: bool
    note: str


def set_up(request: CompanyRequest) -> dict[str, Any] | None:
    """How far the company is set up; at most four queries of its own."""
    if not request.actor.may("company.edit"):
        return None
    base, people, departments = request.base, queries.people(), queries.departments()
    customers = Customer.objects.exists()
    stones = [
        Stone(_t("Departments"), f"{base}/departments/", departments > 0, str(departments)),
        Stone(_t("Members"), f"{base}/members/", people.members > 1, str(people.members)),
        Stone(_t("Members with a role"), f"{base}/members/", not people.without_role, people.part(people.without_role)),
        Stone(_t("Members who sign in"), f"{base}/members/", not people.not_joined, people.part(people.not_joined)),
        Stone(
            _t("Customers"),
            f"{base}/customers/" if customers else f"{base}/imports/new",
            customers,
            _t("there") if customers else _t("bring in a file"),
        ),
    ]
    ends = people.invitation_ends
    return {
        "stones": stones,
        "done": sum(stone.done for stone in stones),
        "invited": people.invited,
        "ends": ends,
        "members_url": f"{base}/members/",
    }
