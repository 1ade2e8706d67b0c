"""The people at a customer."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel.actions import action, creating, deleting, editing, erasing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.parties import rules
from gucang.parties.models import Contact


def _primary(contact: Contact) -> Contact | None:
    """Who else is the primary contact of the same customer."""
    return Contact.objects.filter(customer_id=contact.customer_id, is_primary=True).exclude(pk=contact.pk).first()


def _only_primary(contact: Contact, actor: Actor) -> None:
    if contact.is_primary and (other := _primary(contact)) is not None:
        sentence = _t("%(name)s is the primary contact. Save without the tick, then press “Make primary”.")
        raise Invalid({"is_primary": [sentence % {"name": other}]})


def _is_primary(contact: Contact) -> str | None:
    if not contact.is_primary:
        return None
    return _t("%(name)s is the primary contact already.") % {"name": contact}


def _at_an_owned_customer(contact: Contact, actor: Actor) -> None:
    if sentence := rules.why_unclaimed(actor, contact.customer):
        raise Invalid({"customer": [sentence]})
    _only_primary(contact, actor)


create = creating("contact", prepare=_at_an_owned_customer)
edit = editing("contact", prepare=_only_primary)
delete = deleting("contact")
restore = restoring("contact")
erase = erasing("contact")


@action("contact.make_primary", label=_("Make primary"), guard=_is_primary, icon="star")
def make_primary(contact: Contact, *, actor: Actor) -> None:
    """Let this be whom to call first; whoever was it before no longer is."""
    if (other := _primary(contact)) is not None:
        edit(other, actor=actor, values={"is_primary": False})
    contact.is_primary = True


__all__ = ["create", "delete", "edit", "erase", "make_primary", "restore"]
