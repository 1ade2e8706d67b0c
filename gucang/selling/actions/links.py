"""Letting a customer see a quote by a link, and ending that."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import hash_key
from gucang.kernel import clock, permissions
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.selling import rules
from gucang.selling.models import Quote, QuoteLink

# For a quote that says no last day.
USUAL_DAYS = timedelta(days=30)

# Not among the record type's verbs: the key is shown once, on the page that made it, and an API answer has no place
# for it.
permissions.declare("quote.give_link", _("Link for the customer"))


@action(
    "quote.give_link", label=_("Link for the customer"), guard=rules.why_not_linkable, always=True, icon="link",
    labels={"language": _("Language of the page")},
)  # fmt: skip
def give_link(quote: Quote, *, actor: Actor, language: Literal["zh-hans", "en"] = "zh-hans") -> dict[str, Any]:
    """Make the link by which the customer sees this version and answers it; an earlier one opens nothing any more.

    The returned record has it as `link`, with the key that is nowhere else.
    """
    _end(quote)
    key = secrets.token_urlsafe(24)
    link = QuoteLink.objects.create(
        quote=quote, key_hash=hash_key(key), language=language, made_by_id=actor.member_id, made_at=clock.now(),
        expires_on=quote.valid_until or clock.today() + USUAL_DAYS,
    )  # fmt: skip
    link.key = key
    quote.link = link
    return {"link": link.pk, "language": language, "expires_on": link.expires_on}


def _why_not_ended(quote: Quote) -> str | None:
    """No link opens it; one query where it was sent."""
    if sentence := rules.why_never_linked(quote):
        return sentence
    if QuoteLink.objects.filter(quote=quote, revoked_at=None).exists():
        return None
    return _t("There is no link to %(quote)s that still opens it.") % {"quote": quote}


@action(
    "quote.revoke_link", label=_("End the link"), guard=_why_not_ended, always=True, icon="ban",
    says=_("The customer's link to “%(record)s” opens nothing any more. You can make a new one."),
)  # fmt: skip
def revoke_link(quote: Quote) -> dict[str, Any]:
    """Let the customer's link open nothing any more."""
    return {"link": _end(quote)}


def _end(quote: Quote) -> int:
    """End the link that opens the quote; returns its id, 0 where there is none."""
    link = QuoteLink.objects.filter(quote=quote, revoked_at=None).first()
    if link is None:
        return 0
    link.revoked_at = clock.now()
    link.save(update_fields=["revoked_at"])
    return int(link.pk)
