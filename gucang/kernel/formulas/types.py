"""What values a formula knows, and the fields that it may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _

Value = Any  # Decimal, str, date, bool, or None for a blank
Run = Callable[["Values"], Value]
Values = Callable[[str], Value]


class Kind(Enum):
    """The kind of a value; `OTHER` can only be asked whether it is blank."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    YESNO = "yesno"
    CHOICE = "choice"
    OTHER = "other"
    BLANK = "blank"


KIND_NAMES = {
    Kind.NUMBER: _("a number"),
    Kind.TEXT: _("text"),
    Kind.DATE: _("a date"),
    Kind.YESNO: _("yes or no"),
    Kind.CHOICE: _("a choice"),
    Kind.OTHER: _("something else"),
    Kind.BLANK: _("nothing"),
}


@dataclass(frozen=True)
class Input:
    """A field that formulas may name: its own name, what people call it, and of a choice the words for each value."""

    name: str
    kind: Kind
    called: tuple[str, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def choice(self, word: str) -> str | None:
        """The value of the choice that is called `word`; None when there is none."""
        for value, words in self.choices:
            if word == value or word in words:
                return value
        return None
