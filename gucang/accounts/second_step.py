"""The company's rule that everybody needs a second step at sign-in: an authenticator app or a passkey. Off at first.

While it is on, a member who has neither is led to set one up, whatever page of that company they ask for; companies
without the rule stay open to them. What they had typed into a form is kept. The API answers a browser's session with
403. A token goes on working: it is a secret of its own, ends by date and can be revoked, and programs that use one
must not stand still because a person has no app yet; making a new one needs the page, hence the second step. Recovery
codes alone are no second step, because they run out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t

from gucang.accounts.models import User
from gucang.kernel.models import Company
from gucang.surface.api.problems import problem

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
PATH = "/accounts/second-step/"
# Where in the session the page is kept that the person wanted.
WANTED = "wanted_before_second_step"
_APP, _RULE = "accounts", "second_step"


def is_required(company: Company) -> bool:
    """Whether everybody in `company` needs a second step."""
    return bool(company.settings.get(_APP, {}).get(_RULE, False))


def with_rule(settings: Mapping[str, Any], required: bool) -> dict[str, Any]:
    """A company's `settings` with the rule on or off; off is the absence of the rule."""
    ours = {name: value for name, value in settings.get(_APP, {}).items() if name != _RULE}
    if required:
        ours[_RULE] = True
    others = {name: value for name, value in settings.items() if name != _APP}
    return others | ({_APP: ours} if ours else {})


def has_one(user: User) -> bool:
    """Whether this person has a second step. One query."""
    return bool(with_one([user.pk]))


def with_one(users: Iterable[int]) -> set[int]:
    """The ids among `users` of people who have a second step. One query."""
    return set(Authenticator.objects.filter(user_id__in=users, type__in=FACTORS).values_list("user_id", flat=True))


def is_missing(company: Company, user: User) -> bool:
    """Whether `user` has to set up a second step before anything else in `company`. A query only if it is the rule."""
    return is_required(company) and not has_one(user)


def refuse(request: HttpRequest) -> HttpResponse:
    """What the API answers to the session of somebody who has to set up a second step first."""
    return problem(request, 403, _t("Set up a second step for signing in first: open the company in a browser."))
