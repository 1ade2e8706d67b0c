"""Who may see promises, and why something cannot be done with one now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q, whoever_may
from gucang.promises.kinds import Books, Worth, nature

if TYPE_CHECKING:
    from gucang.promises.models import Promise


def visible_promises(actor: Actor) -> Q:
    """Those to the customers within reach or shared, those one has made, and those one has to act on."""
    within = reach_q(
        actor, "promise.view", owner="customer__owner_id", shared="customer", shared_path="customer_id"
    )  # fmt: skip
    # An empty filter is "all", and would vanish in an OR.
    if not within or actor.member_id is None or not actor.may("promise.view"):
        return within
    return within | Q(promised_by_id=actor.member_id) | Q(holder_id=actor.member_id)


# The company's rules are no secret for who may see them at all.
visible_rules = whoever_may("promise_rule.view")


def needs_booking(promise: Promise) -> bool:
    """Whether something must follow in the books before it can be kept."""
    return nature(promise.kind).books is not Books.NOTHING


def wrong_words(promise: Promise) -> dict[str, list[Any]]:
    """Why what was promised cannot be kept in the ledger as it is, by field: no worth, or somebody else's contact."""
    found: dict[str, list[Any]] = {}
    if nature(promise.kind).worth is Worth.NEEDED and not promise.worth:
        found["worth"] = [_t("Write how much this is worth; an estimate will do.")]
    if promise.contact is not None and promise.contact.customer_id != promise.customer_id:
        found["contact"] = [
            _t("%(contact)s does not belong to “%(customer)s”. Choose one of its contacts.")
            % {"contact": promise.contact, "customer": promise.customer}
        ]
    return found


def why_waiting(promise: Promise) -> str | None:
    """Why nothing is done with it: others are asked whether they agree."""
    if promise.state != "in_approval":
        return None
    return _t("“%(promise)s” waits for approval. Wait for the decision, or withdraw the request first.") % {
        "promise": promise
    }


def why_ended(promise: Promise) -> str | None:
    """Why nothing is done with it any more: it has ended."""
    if promise.is_open:
        return None
    return _t("“%(promise)s” has ended: %(state)s. Reopen it first.") % {
        "promise": promise, "state": promise.get_state_display()
    }  # fmt: skip


def why_not_to_make(promise: Promise) -> str | None:
    """Why it cannot become binding: it is, or it has ended."""
    if sentence := why_ended(promise):
        return sentence
    if promise.state in ("made", "in_approval"):
        return None
    return _t("“%(promise)s” is binding already.") % {"promise": promise}


def why_settled_words(promise: Promise) -> str | None:
    """Why its words stay: it has ended, or somebody has put it into the books as it is."""
    if sentence := why_ended(promise):
        return sentence
    return why_booked(promise) if promise.booked_by_id is not None else None


def why_booked(promise: Promise) -> str | None:
    """What stands in the books is not changed behind them."""
    if promise.state != "booked":
        return None
    return _t("“%(promise)s” is booked as %(ref)s. Send the booking back first.") % {
        "promise": promise, "ref": promise.booked_ref
    }  # fmt: skip


def why_not_to_book(promise: Promise) -> str | None:
    """Why it cannot be booked: it does not bind yet, is booked, or has nothing to book."""
    if sentence := why_ended(promise) or why_waiting(promise):
        return sentence
    if not needs_booking(promise):
        return _t("For a promise of this kind nothing is booked. Press “Kept” once the customer has confirmed it.")
    if promise.state == "made":
        return _t("“%(promise)s” is not binding yet. Press “Make binding” first.") % {"promise": promise}
    if promise.state == "booked":
        return _t("“%(promise)s” is booked already as %(ref)s.") % {"promise": promise, "ref": promise.booked_ref}
    return None


def why_not_to_keep(promise: Promise) -> str | None:
    """Why it does not count as kept yet. What the customer confirmed, the action itself asks for."""
    if sentence := why_ended(promise) or why_waiting(promise):
        return sentence
    if promise.state == "made":
        return _t("“%(promise)s” is not binding yet. Press “Make binding” first.") % {"promise": promise}
    if needs_booking(promise) and promise.state != "booked":
        return _t("“%(promise)s” is not booked yet; it is with %(who)s.") % {
            "promise": promise, "who": promise.holder or "—"
        }  # fmt: skip
    return None


def why_not_open(promise: Promise) -> str | None:
    """Why it cannot be passed on or broken: it has ended, or others are being asked."""
    return why_ended(promise) or why_waiting(promise)


def why_not_to_withdraw(promise: Promise) -> str | None:
    """Why it cannot be withdrawn: it has ended, waits, or stands in the books."""
    return why_not_open(promise) or why_booked(promise)


def why_not_to_send_back(promise: Promise) -> str | None:
    """Why there is nobody to send it back to: it has not left who promised it."""
    if sentence := why_not_open(promise):
        return sentence
    if promise.state == "booked":
        return None
    if promise.state == "binding" and promise.holder_id != promise.promised_by_id and promise.promised_by_id:
        return None
    return _t("“%(promise)s” is with who promised it already.") % {"promise": promise}


def why_not_ended(promise: Promise) -> str | None:
    """Why it cannot be reopened: it is open."""
    return _t("“%(promise)s” is still open.") % {"promise": promise} if promise.is_open else None
