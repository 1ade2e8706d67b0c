"""What may be promised, and what each kind demands: whether it has a worth, what follows in the books, who acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """The kinds of promises, the most frequent first."""

    CALL_BACK = "call_back", _("call back")
    REBATE = "rebate", _("rebate")
    DISCOUNT = "discount", _("discount beyond policy")
    GIFT = "gift", _("gift")
    FREE_SERVICE = "free_service", _("free service")
    PAYMENT_TERM = "payment_term", _("payment term")
    DELIVERY_DATE = "delivery_date", _("delivery date")
    PRICE_HOLD = "price_hold", _("price hold")
    OTHER = "other", _("other promise")


class Books(StrEnum):
    """What must follow in the books before a promise can be kept."""

    DOCUMENT = "document"
    TASK = "task"
    NOTHING = "nothing"


class Worth(StrEnum):
    """Whether a kind is asked for its worth in money."""

    NEEDED = "needed"
    ASKED = "asked"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Nature:
    """What holds of a kind in every company, and what holds unless the company's rule says otherwise.

    `role` is the key of the built-in role that acts ("" is who promised). `due_days` are the working days until it is
    to be kept where nobody names a day, `book_days` those within which it is to be booked once it binds.
    """

    worth: Worth
    books: Books
    role: str
    due_days: int
    book_days: int


NATURES: dict[str, Nature] = {
    Kind.REBATE: Nature(Worth.NEEDED, Books.DOCUMENT, "finance", 10, 2),
    Kind.DISCOUNT: Nature(Worth.NEEDED, Books.DOCUMENT, "finance", 5, 2),
    Kind.GIFT: Nature(Worth.ASKED, Books.DOCUMENT, "finance", 10, 3),
    Kind.FREE_SERVICE: Nature(Worth.ASKED, Books.TASK, "service", 10, 2),
    Kind.PAYMENT_TERM: Nature(Worth.NOT_ASKED, Books.DOCUMENT, "finance", 5, 2),
    Kind.DELIVERY_DATE: Nature(Worth.NOT_ASKED, Books.TASK, "", 10, 1),
    Kind.PRICE_HOLD: Nature(Worth.NOT_ASKED, Books.TASK, "", 20, 1),
    Kind.CALL_BACK: Nature(Worth.NOT_ASKED, Books.TASK, "", 1, 1),
    Kind.OTHER: Nature(Worth.ASKED, Books.NOTHING, "", 5, 1),
}

WITH_WORTH = tuple(str(kind) for kind, nature in NATURES.items() if nature.worth is not Worth.NOT_ASKED)
WITHOUT_BOOKING = tuple(str(kind) for kind, nature in NATURES.items() if nature.books is Books.NOTHING)
BY_DOCUMENT = tuple(str(kind) for kind, nature in NATURES.items() if nature.books is Books.DOCUMENT)


def nature(kind: str) -> Nature:
    """What a kind demands. Raises KeyError."""
    return NATURES[kind]
