"""What the frame around every page shows of accounts: the person, their companies, and the places of administration."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gucang.accounts import finding  # noqa: F401  people in the search
from gucang.accounts.history import rights_changed
from gucang.accounts.queries import companies_of
from gucang.accounts.rights import write_grants, write_rules
from gucang.surface import columns, home, nav, timeline
from gucang.surface.api import output
from gucang.surface.middleware import CompanyRequest

nav.add(_("Settings"), "settings", "/settings", "company.edit", order=90, bottom=True)
nav.setting(
    _("Members"), "user-cog", "/members/", "member.create", 10,
    topic="people", about=_("Who works here; invitations, leaving"),
)  # fmt: skip
nav.setting(
    _("Departments"), "hierarchy", "/departments/", "department.create", 20,
    topic="people", about=_("Who belongs to whom"),
)  # fmt: skip
nav.setting(
    _("Letterhead"), "file-text", "/settings/letterhead", "company.set_letterhead", 25,
    topic="money", about=_("Name, address, account and terms on quotes, orders and other papers"),
)  # fmt: skip
nav.setting(_("Roles"), "shield-check", "/roles/", "role.edit", 30, topic="people", about=_("Who may do and see what"))
nav.setting(
    _("Look as somebody else"), "eye", "/look", "member.look_as", 40,
    topic="people", about=_("See what a colleague or a role sees"),
)  # fmt: skip
nav.setting(
    _("Jobs"), "stack-2", "/jobs", "company.retry_job", 90,
    topic="data", about=_("What runs, waits or gave up in the background"),
)  # fmt: skip

columns.names("company.language", lambda code: dict(settings.LANGUAGES).get(code, code))
timeline.tell("role", rights_changed)
# As `role.set_rights` takes them.
output.tell_too("role", "grants", _("Rights"), lambda role: write_grants(role.grants))
output.tell_too("role", "field_rules", _("Single fields"), lambda role: write_rules(role.field_rules))


@nav.companies_from
def workplaces(request: CompanyRequest) -> list[tuple[str, str]]:
    """Where this person works."""
    if not request.user.is_authenticated:
        return []
    return [(place.name, f"/{place.slug}/") for place in companies_of(request.user)]


@nav.person_from
def person(request: CompanyRequest) -> nav.Person:
    """The member's name here, and what the person chose to see."""
    user = request.user
    if not user.is_authenticated:  # a token looks at a page of the API
        return nav.Person(request.actor.name)
    return nav.Person(request.actor.name, user.theme, "large" if user.large_text else "normal", user.single_keys)


@home.homes_from
def homes(request: CompanyRequest) -> tuple[str, ...]:
    """The home pages of this person's roles, that of the role given first before the others."""
    return tuple(dict.fromkeys(role.home for role in request.actor.roles))
