"""What booking a promise of a kind makes: modules above register it, each for the kind that its documents are for.

    bookings.register(Booking("rebate", _("Credit against a receivable"), make=credit))

`make(promise, actor, amount, ref)` does the real thing by actions and returns what it made; it raises Refused with a
sentence where that is not possible now. `ref` is what was typed as the document, "" where nothing was. A kind without a
booking is booked by hand, with the number of a document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gucang.kernel.actors import Actor
from gucang.kernel.models import Record

if TYPE_CHECKING:
    from gucang.promises.models import Promise


@dataclass(frozen=True)
class Booked:
    """What a booking made: what it is called ("SK-2611-0007"), the amount that stands there, and the record."""

    ref: str
    amount: Decimal | None = None
    record: Record | None = None


@dataclass(frozen=True)
class Booking:
    """How a kind is booked. One `by_itself` is made at the moment the promise binds, without anybody's doing.

    `foretell(promise, actor)` is a sentence for the dialog: what will be made of this promise, and what may be typed.
    """

    kind: str
    label: Any
    make: Callable[[Promise, Actor, Decimal | None, str], Booked]
    by_itself: bool = False
    foretell: Callable[[Promise, Actor], str] | None = None


_bookings: dict[str, Booking] = {}


def register(booking: Booking) -> Booking:
    """Say how a kind is booked; the last to say so decides, so that a module above takes over from one below."""
    _bookings[booking.kind] = booking
    return booking


def of(kind: str) -> Booking | None:
    """How a kind is booked; None where it is booked by hand."""
    return _bookings.get(kind)
