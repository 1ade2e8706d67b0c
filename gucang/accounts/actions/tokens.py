"""API tokens: made by their owner, shown once, ended by the owner or an administrator."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts import rules
from gucang.accounts.models import Token, hash_key
from gucang.kernel import clock, permissions
from gucang.kernel.actions import action, creating
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid

PREFIX, FEED_PREFIX = "gct_", "gcf_"
# What the key in a calendar's address may do, and nothing else: addresses are kept and shown by many programs.
FEED = permissions.declare("calendar.feed", _("Calendar on other devices"))


def _prepare(token: Token, actor: Actor) -> None:
    """Give the token to its maker and draw its key, which is on the returned record as `key` and nowhere else."""
    if actor.kind != "member" or actor.member_id is None:
        raise Forbidden(_t("A token is made by a person who has signed in, not by another token."))
    problems = {}
    if sentence := rules.why_not_until(token.expires_on, clock.today()):
        problems["expires_on"] = [sentence]
    if unknown := [scope for scope in token.scopes if not is_scope(scope)]:
        problems["scopes"] = [
            _t("“%(scope)s” is no scope. Write “read”, “customer.*” or “customer.edit”.") % {"scope": unknown[0]}
        ]
    elif FEED in token.scopes and not is_feed(token):
        problems["scopes"] = [_t("“%(scope)s” stands alone. Make another token for the rest.") % {"scope": FEED}]
    if problems:
        raise Invalid(problems)
    if is_feed(token) and not actor.may(FEED):
        raise Forbidden(_t("Your role does not let the calendar out. Ask an administrator if you need it."))
    key = (FEED_PREFIX if is_feed(token) else PREFIX) + secrets.token_urlsafe(32)
    token.member_id = actor.member_id
    token.prefix, token.key_hash = key[:12], hash_key(key)
    token.key = key


def is_feed(token: Token) -> bool:
    """Whether this is the key in a calendar's address."""
    return list(token.scopes) == [FEED]


def is_scope(scope: str) -> bool:
    """Whether a token can be narrowed to `scope`."""
    try:
        return scope == "read" or bool(permissions.check_known(scope))
    except LookupError:
        return False


# Not among the record type's verbs: the key is shown once, on the page that made it, and an API answer has no place
# for it.
permissions.declare("token.create", _("New token"))
create = creating("token", _prepare, label=_("New token"))


@action(
    "token.revoke", label=_("Revoke"), guard=rules.why_revoked, tone="danger", icon="ban",
    says=_("What uses “%(record)s” is refused from the next request on. A new token has to be set up there."),
)  # fmt: skip
def revoke(token: Token) -> None:
    """End a token; what uses it is refused from the next request on."""
    token.revoked_at = clock.now()
