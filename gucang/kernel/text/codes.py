"""Codes with rules: the unified social credit code of a Chinese company, and our own number patterns."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from gucang.kernel.text.cleaning import halfwidth
from gucang.kernel.text.errors import BadText

CREDIT_CODE_LENGTH = 18
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class BadCode(BadText):
    """A code or a number pattern that breaks its rule; ``str()`` says which."""


@lru_cache(maxsize=1024)  # an import asks twice: for the value, and for the record that has it
def check_credit_code(raw: str) -> str:
    """The 18-character unified social credit code (统一社会信用代码), upper case and without blanks.

    Raises ``BadCode`` for a wrong length, a character that is not used (I O S V Z) or a wrong check.
    """
    code = re.sub(r"[\s\-]", "", halfwidth(raw)).upper()
    if len(code) != CREDIT_CODE_LENGTH:
        raise BadCode(
            _("A credit code has 18 characters, this has %(length)d. Check the business licence."),
            length=len(code),
        )
    for place, char in enumerate(code, 1):
        if char not in _CREDIT_ALPHABET:
            raise BadCode(
                _("“%(char)s” at place %(place)d is not used in a credit code (I, O, S, V and Z are never used)."),
                char=char,
                place=place,
            )
    if not code[2:8].isdigit():
        raise BadCode(_("Places 3 to 8 of a credit code are digits. Check the business licence."))
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise BadCode(_("One character of this credit code is wrong: the last one does not fit the others."))
    return code


_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def make_credit_code(rng: random.Random, region: str = "310115") -> str:
    """A valid credit code of a company in ``region`` (six digits); for demonstrations only.

    The nine places of the organisation begin with ``MADE``, so that every such code is recognisable.
    """
    organisation = "MADE" + "".join(rng.choices(_CREDIT_ALPHABET, k=4))
    total = sum(weight * int(char, 36) for weight, char in zip(_ORGANISATION_WEIGHTS, organisation, strict=True))
    check = "0123456789X0"[(11 - total % 11) % 11]
    body = f"91{region}{organisation}{check}"
    return body + str(uscc.calc_check_digit(body))


_TOKEN = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")
_SEQUENCE = re.compile(r"seq(?::0(\d{1,2}))?")
_DATE_DIGITS = {
    "yyyy": r"(?P<yyyy>[0-9]{4})",
    "yy": r"(?P<yy>[0-9]{2})",
    "mm": r"(?P<mm>[0-9]{2})",
    "dd": r"(?P<dd>[0-9]{2})",
}
_MAX_WIDTH = 12


@dataclass(frozen=True)
class NumberPattern:
    """A rule for record numbers: ``NumberPattern("KH-{yy}{mm}-{seq:04}")`` gives ``KH-2611-0007``.

    Tokens: ``{yyyy} {yy} {mm} {dd}`` of the day, exactly one ``{seq}`` or ``{seq:0N}`` (at least N digits,
    more when the sequence outgrows them). Raises ``BadCode`` with a sentence when the pattern breaks a rule.
    """

    pattern: str
    width: int = field(init=False, compare=False)
    tokens: tuple[tuple[str, str], ...] = field(init=False, compare=False, repr=False)
    expression: re.Pattern[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        tokens = tuple(self._read())
        sequences = [value for kind, value in tokens if kind == "seq"]
        if len(sequences) != 1:
            raise BadCode(_("A number pattern needs {seq} exactly once, such as KH-{yy}{mm}-{seq:04}."))
        self._check_dates([value for kind, value in tokens if kind == "date"])
        self._check_neighbours(tokens)
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "width", int(sequences[0]))
        object.__setattr__(self, "expression", re.compile("".join(map(self._part, tokens))))

    def _read(self) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        for token, literal, brace in _TOKEN.findall(self.pattern):
            if brace:
                raise BadCode(_("A curly bracket in the number pattern is not closed or not opened."))
            if literal:
                if not literal.isprintable() or literal != literal.strip() or len(literal) > 20:
                    raise BadCode(_("Fixed text in a number pattern has at most 20 characters, no blanks around."))
                tokens.append(("text", literal))
            elif sequence := _SEQUENCE.fullmatch(token):
                width = int(sequence[1] or 1)
                if not 1 <= width <= _MAX_WIDTH:
                    raise BadCode(_("The sequence has 1 to %(max)d digits, such as {seq:04}."), max=_MAX_WIDTH)
                tokens.append(("seq", str(width)))
            elif token in _DATE_DIGITS:
                tokens.append(("date", token))
            else:
                raise BadCode(
                    _("“%(token)s” is not known here. Use {yyyy}, {yy}, {mm}, {dd} and {seq:04}."),
                    token=token[:20],
                )
        return tokens

    @staticmethod
    def _check_dates(dates: list[str]) -> None:
        if len(set(dates)) < len(dates) or {"yy", "yyyy"} <= set(dates):
            raise BadCode(_("Year, month and day stand at most once in a number pattern."))
        has_year = bool({"yy", "yyyy"} & set(dates))
        # Without the larger part the period comes again (next November, the next 22nd).
        if ("mm" in dates and not has_year) or ("dd" in dates and "mm" not in dates):
            raise BadCode(_("A month needs the year and a day needs the month, or numbers would come again."))

    @staticmethod
    def _check_neighbours(tokens: tuple[tuple[str, str], ...]) -> None:
        at = [kind for kind, _value in tokens].index("seq")
        follower = tokens[at + 1] if at + 1 < len(tokens) else ("text", "-")
        # The sequence may outgrow its width; digits right behind it could then not be told apart.
        if follower[0] == "date" or follower[1][0].isdigit():
            raise BadCode(_("Put something that is no digit, such as “-”, behind {seq}."))

    @staticmethod
    def _part(token: tuple[str, str]) -> str:
        kind, value = token
        if kind == "seq":
            return rf"(?P<seq>[0-9]{{{value},18}})"
        return _DATE_DIGITS[value] if kind == "date" else re.escape(value)

    def format(self, seq: int, day: date) -> str:
        """The number for place ``seq`` (1, 2, …) in the period of ``day``."""
        if seq < 1:
            raise ValueError("a sequence begins at 1")
        shown = {"seq": str(seq).zfill(self.width)}
        return "".join(shown.get(kind) or self._shown(kind, value, day) for kind, value in self.tokens)

    @staticmethod
    def _shown(kind: str, value: str, day: date) -> str:
        if kind == "text":
            return value
        return {"yyyy": f"{day.year:04}", "yy": f"{day.year % 100:02}", "mm": f"{day.month:02}"}.get(
            value, f"{day.day:02}"
        )

    def period(self, day: date) -> str:
        """What restarts the sequence: ``"2611"`` for a monthly pattern, ``""`` when it never restarts."""
        return "".join(self._shown(kind, value, day) for kind, value in self.tokens if kind == "date")

    def matches(self, number: str) -> bool:
        """Whether the number could come from this pattern: text, a real date, a sequence not zero."""
        return self.parse(number) is not None

    def parse(self, number: str) -> tuple[str, int] | None:
        """``(period, seq)`` of a number of this pattern, else ``None``. Only ASCII digits count."""
        found = self.expression.fullmatch(number)
        if not found:
            return None
        parts = found.groupdict()
        seq = parts.pop("seq")
        if int(seq) == 0 or (len(seq) > self.width and seq.startswith("0")):
            return None
        year = int(parts.get("yyyy") or parts.get("yy") or 2000)
        try:
            date(
                year if "yyyy" in parts else 2000 + year % 100,
                int(parts.get("mm") or 1),
                int(parts.get("dd") or 1),
            )
        except ValueError:
            return None
        return "".join(parts[value] for kind, value in self.tokens if kind == "date"), int(seq)
