"""Telephone numbers as people write them in China, and hiding parts of personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from gucang.kernel.text.cleaning import halfwidth
from gucang.kernel.text.errors import BadText

Kind = Literal["mobile", "fixed", "service"]

_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?|x|#|,)[:\s]*(\d{1,8})\D*$", re.IGNORECASE)
_FIXED_WITH_EXTENSION = re.compile(r"^\(?(0[1-9]\d{1,2})[\s)-]*(\d{7,8})-(\d{1,6})$")
_TOLL_WITH_EXTENSION = re.compile(r"^([48]00)-?(\d{3})-?(\d{4})-(\d{1,6})$")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}", re.ASCII)
_SHORT_SERVICE = re.compile(r"^(?:1(?:00|1[0129]|2[0-9])\d{0,2}|9[56]\d{3,6})$")
_LABEL = re.compile(r"^(?:手机|电话|联系电话|座机|固话|热线|传真|tel|mobile|phone|fax|[tmf])[号码]*\s*[:.：]?\s*", re.I)
_SPREADSHEET = re.compile(r"^\d+\.0+$")
_SPREADSHEET_POWER = re.compile(r"^(\d)\.(\d+)e\+?(\d{1,2})$", re.IGNORECASE)
_APART = re.compile(r"[;/、|\n\r\t]+|,(?!\s*\d{1,5}\s*$)|\s+or\s+|[或和]|\s{2,}|\s(?=1[3-9]\d{9}\b)|(?<=\d{11})\s")
_SERVICE_TYPES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.PREMIUM_RATE,
    }
)


class BadPhone(BadText):
    """Text that is no telephone number; ``str()`` says why."""


@dataclass(frozen=True)
class Phone:
    """One number. ``e164`` is for comparing and storing (a short service number such as 95588 stays as it is),
    ``display`` for reading (``010-1234 5678``), ``extension`` digits or ``""``."""

    e164: str
    display: str
    extension: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.display}-{self.extension}" if self.extension else self.display


def normalise_phone(raw: str, region: str = "CN") -> Phone:
    """The number in ``raw``, taken as of ``region`` (ISO 3166 code) unless it has a country code.

    Full-width digits, spaces, brackets, 0086, a label (电话：), an extension (``-8001``, 转8001) and what
    spreadsheets make of numbers (``13800138000.0``, ``1.38001380001E10``) are understood. Raises ``BadPhone``.
    """
    text = _tidy(raw)
    if not text:
        raise BadPhone(_("There is no phone number. Type one, such as 13800138000 or 010-12345678."))
    number, extension = _split_extension(text)
    digits = re.sub(r"[\s().\-‐-―·]", "", number)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise BadPhone(_("“%(raw)s” is not only digits. Type the number alone."), raw=_short(raw))
    if region == "CN" and _MOBILE.fullmatch(digits) and _mobiles_begin(digits[:5]):
        return Phone(f"+86{digits}", f"{digits[:3]} {digits[3:7]} {digits[7:]}", extension, "mobile")
    if region == "CN" and _SHORT_SERVICE.match(digits):
        return Phone(digits, digits, extension, "service")
    if region == "CN" and (fixed := _landline(digits)):
        return Phone(f"+86{digits[1:]}", fixed, extension, "fixed")
    return _parsed(digits, extension, region, raw)


@cache
def _mobiles_begin(start: str) -> bool:
    """Whether mobile numbers begin with these five digits; all that decides about one, so that lists are read fast."""
    number = phonenumbers.parse(f"{start}000000", "CN")
    return phonenumbers.is_valid_number(number) and _kind(number) == "mobile"


def _landline(digits: str) -> str:
    """How a landline with its area code is written; "" for anything that is not one for certain.

    Nine in ten numbers of an import are such; taken apart by the library, they are a sixth of its time.
    """
    if not _AREA.fullmatch(digits):
        return ""
    fixed, others = _national_patterns()
    if fixed.fullmatch(digits, 1) is None or others.fullmatch(digits, 1) is not None:
        return ""
    area, first, last = _parts(digits[:4], digits[4], len(digits))
    return f"{digits[:area]}-{digits[area:first]} {digits[first:last]}" if area else ""


@cache
def _national_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What landlines look like, and everything that is not for certain one, from the library's own table."""
    table: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    kinds = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "mobile")
    patterns = [getattr(table, kind).national_number_pattern for kind in kinds if getattr(table, kind) is not None]
    joined = "|".join(f"(?:{pattern})" for pattern in patterns if pattern)
    return re.compile(table.fixed_line.national_number_pattern), re.compile(joined)


@cache
def _parts(begin: str, following: str, length: int) -> tuple[int, int, int]:
    """Where the parts of a landline end that begins so: area, first and last digits; zeros where it has other parts."""
    sample = phonenumbers.parse(f"{begin}{following}".ljust(length, "0"), "CN")
    found = phonenumbers.format_number(sample, PhoneNumberFormat.NATIONAL).split(" ")
    area, first, last = (len(part) for part in found) if len(found) == 3 else (0, 0, 0)
    return area, area + first, area + first + last


def _tidy(raw: str) -> str:
    text = halfwidth(raw).strip().strip("'\"`")
    text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]", "", text)
    text = _LABEL.sub("", text).strip()
    if _SPREADSHEET.match(text):
        return text.split(".")[0]
    if power := _SPREADSHEET_POWER.match(text):
        lead, rest, zeros = power[1], power[2], int(power[3])
        # With fewer digits than the power the spreadsheet has rounded the end away: that number is lost.
        if len(rest.rstrip("0")) <= zeros < 16 and len(rest) >= zeros - 1:
            return lead + rest[:zeros].ljust(zeros, "0")
    return text


def _split_extension(text: str) -> tuple[str, str]:
    for pattern in (_FIXED_WITH_EXTENSION, _TOLL_WITH_EXTENSION):
        if found := pattern.match(re.sub(r"\s", "", text)):
            *number, extension = found.groups()
            return "".join(number), extension
    if found := _EXTENSION.search(text):
        return text[: found.start()].rstrip(" -("), found[1]
    return text, ""


def _parsed(digits: str, extension: str, region: str, raw: str) -> Phone:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        raise _why_bad(digits, region, raw) from None
    if not phonenumbers.is_valid_number(number):
        raise _why_bad(digits, region, raw)
    kind = _kind(number)
    return Phone(
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        _display(number, region, kind),
        extension,
        kind,
    )


def _kind(number: phonenumbers.PhoneNumber) -> Kind:
    found = phonenumbers.number_type(number)
    if found == PhoneNumberType.MOBILE:
        return "mobile"
    return "service" if found in _SERVICE_TYPES else "fixed"


def _display(number: phonenumbers.PhoneNumber, region: str, kind: Kind) -> str:
    if phonenumbers.region_code_for_number(number) != region:
        return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))
    shown = str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    if region == "CN" and kind != "mobile":
        return shown.replace(" ", "-", 1) if kind == "fixed" else shown.replace(" ", "-")
    return shown


def _why_bad(digits: str, region: str, raw: str) -> BadPhone:
    count = len(digits.lstrip("+"))
    if region == "CN" and not digits.startswith(("+", "0")):
        if digits.startswith("1") and count != 11:
            return BadPhone(
                _("A mobile number has 11 digits, “%(raw)s” has %(count)d. Check it."),
                raw=_short(raw),
                count=count,
            )
        if count in (7, 8):
            return BadPhone(_("“%(raw)s” has no area code. Put it in front, such as 010-12345678."), raw=_short(raw))
    return BadPhone(_("“%(raw)s” is not a phone number that exists. Check the digits."), raw=_short(raw))


def _short(raw: str) -> str:
    return raw.strip()[:40]


def split_phones(raw: str) -> list[str]:
    """The numbers in one spreadsheet cell (``138…、010-…; 139…``), each as written, for ``normalise_phone``."""
    pieces = _APART.split(halfwidth(raw))
    return [piece.strip() for piece in pieces if any(char.isdigit() for char in piece)]


def mask_phone(phone: str) -> str:
    """``138****2214``; of other numbers three digits in front and two behind. Under seven: all hidden."""
    digits = re.sub(r"\D", "", halfwidth(phone))
    if digits.startswith("86") and len(digits) > 11:
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"


def mask_email(email: str) -> str:
    """``zh***@example.com``: at most two letters of the name stay, the domain stays."""
    name, at, domain = email.strip().rpartition("@")
    if not at:
        return mask_text(email)
    return f"{name[: 2 if len(name) > 2 else 1 if len(name) > 1 else 0]}***@{domain}"


def mask_name(name: str) -> str:
    """The first character stays: ``张**``."""
    name = name.strip()
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


_EMAIL_IN_TEXT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_IN_TEXT = re.compile(r"(?<![\dA-Za-z])(?:\+?86[- ]?)?(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-?\d{7,8})(?!\d)")
_ID_IN_TEXT = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?![\dA-Za-z])")


def mask_text(text: str) -> str:
    """Free text with its e-mail addresses, phone and identity card numbers hidden; the rest stays."""
    text = _EMAIL_IN_TEXT.sub(lambda found: mask_email(found[0]), text)
    text = _ID_IN_TEXT.sub(lambda found: f"{found[1]}********{found[2]}", text)
    return _PHONE_IN_TEXT.sub(lambda found: mask_phone(found[0]), text)
