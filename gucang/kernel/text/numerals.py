"""Numbers in Chinese characters, everyday (一万二千) and as on cheques (壹万贰仟元伍角整)."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True))
_DIGITS |= dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)) | {"两": 2, "貳": 2, "參": 3, "陸": 6}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_MONEY = re.compile(r"^(?:人民币)?(?:(.+?)[元圆块])?(?:(.)角)?零?(?:(.)分)?[整正]?$")


def chinese_number(text: str) -> Decimal | None:
    """The number written in Chinese characters, with 元角分 if it is money; ``None`` if it is none."""
    text = text.strip()
    if not text or len(text) > 40:
        return None
    plain = _whole(text.removesuffix("整").removesuffix("正"))
    if plain is not None:
        return Decimal(plain)
    found = _MONEY.match(text)
    if not found or not any(found.groups()):
        return None
    parts = [_whole(part) if part else 0 for part in found.groups()]
    if any(part is None for part in parts):
        return None
    yuan, jiao, fen = (part or 0 for part in parts)
    return Decimal(yuan) + (Decimal(jiao * 10 + fen).scaleb(-2) if jiao or fen else 0)


def _whole(text: str) -> int | None:
    """一万二千三 = 12300 as spoken, 一万零三 = 10003; None when the characters do not make a number."""
    if not text or any(char not in _DIGITS and char not in _SMALL and char not in _LARGE for char in text):
        return None
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return None
    total = section = digit = 0
    last_unit = 1
    for at, char in enumerate(text):
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
            if digit == 0:
                last_unit = 1
        elif char in _SMALL:
            unit = _SMALL[char]
            # 十二 has no digit before its ten; 百二 is not said.
            if digit == 0 and not (
                unit == 10 and section == 0 and (at == 0 or text[at - 1] in _LARGE or text[at - 1] in "零〇")
            ):
                return None
            if section and section % (unit * 10):
                return None
            section += (digit or 1) * unit
            digit, last_unit = 0, unit
        else:
            section += digit
            unit = _LARGE[char]
            if not section and not total:
                return None
            if unit == 100_000_000:
                total = (total + section) * unit
            elif total % 100_000_000:
                return None
            else:
                total += section * unit
            section = digit = 0
            last_unit = unit
    spoken_end = len(text) > 1 and text[-1] in _DIGITS and last_unit > 10
    return total + section + digit * (last_unit // 10 if spoken_end else 1)
