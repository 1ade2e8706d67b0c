"""From the lines of a business card to the fields of a contact and a customer, by rules; Chinese and English cards.

What is sure is looked for first (addresses with an @, numbers with a label), and every line serves once. Nothing is
certain here: a person confirms what was found before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gucang.kernel.text import BadText, normalise_phone
from gucang.kernel.text.heteronyms import SURNAMES
from gucang.parties.cards import words
from gucang.parties.cards.lines import Line, in_order

_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[a-z]{2,12}){1,3}", re.IGNORECASE | re.ASCII)
_SITE = re.compile(
    r"(?:https?://)?(?:www\s?\.\s?)?(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|de|hk|tw|co|biz|info|top|vip|tech|uk|jp)"
    r"(?:\.[a-z]{2})?(?:/[\w./-]*)?",
    re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-–—]{5,}\d(?:\s?(?:转|轉|ext\.?|x)\s?\d{1,6})?", re.IGNORECASE)
_MOBILE = re.compile(r"(?:\+?86|0086)?1[3-9]\d{9}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff·]{2,4}")
_LATIN_NAME = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){1,3}")
_GREETING = re.compile(r"\s*(?:先生|女士|小姐)$")
_BRACKETED = re.compile(r"[(\[].*?[)\]]")


@dataclass
class Card:
    """What a card says; "" where it says nothing."""

    name: str = ""
    title: str = ""
    company: str = ""
    mobile: str = ""
    phone: str = ""
    email: str = ""
    wechat: str = ""
    address: str = ""
    website: str = ""


def read(found: Sequence[Line]) -> Card:
    """The fields of a card with these lines."""
    card = Card()
    left: list[Line] = []
    for line in in_order(found, words.BARE_LABEL):
        rest = _take_the_sure(card, line.text)
        if rest.strip(" :/|,-;"):
            left.append(Line(rest.strip(" :/|,;"), line.x, line.y, line.width, line.height))
    left = _take_address(card, left)
    left = _take_company(card, left)
    left = _take_title(card, left)
    _take_name(card, left)
    return card


# --- what is sure: e-mail, website, numbers -------------------------------------------------------------------------


def _take_the_sure(card: Card, text: str) -> str:
    """Take e-mail, website, WeChat and numbers out of a line; returns what is left of it."""
    if found := _EMAIL.search(text):
        card.email = card.email or re.sub(r"\s", "", found[0]).lower()
        text = _without(text, found)
    if (label := words.WECHAT.search(text)) and (value := re.match(r"[\w-]{5,20}", text[label.end() :], re.ASCII)):
        card.wechat = card.wechat or value[0]
        text = text[: label.start()] + text[label.end() + value.end() :]
    if found := _SITE.search(text):
        card.website = card.website or re.sub(r"\s", "", found[0])
        text = _without(text, found)
    return _take_numbers(card, text)


def _without(text: str, found: re.Match[str]) -> str:
    before = words.LABEL_BEFORE.sub("", text[: found.start()])
    return f"{before} {text[found.end() :]}".strip()


def _take_numbers(card: Card, text: str) -> str:
    if words.ADDRESS_LABEL.match(text):
        return text  # house numbers
    parts, end = [], 0
    for found in _NUMBER.finditer(text):
        before = text[end : found.start()]
        label = words.LABEL_BEFORE.search(before)
        kind = words.kind_of(label[0]) if label else ""
        if not kind and not _is_number(found[0]):
            continue
        parts.append(before[: label.start()] if label else before)
        end = found.end()
        _keep_number(card, kind, found[0].strip())
    return " ".join([*(part for part in parts if part.strip(" :/|,;()-+")), text[end:]]).strip()


def _is_number(text: str) -> bool:
    """Whether digits without a label are a telephone number: a year or a postcode is none."""
    try:
        return bool(normalise_phone(text).e164)
    except BadText:
        return False


def _keep_number(card: Card, kind: str, number: str) -> None:
    if kind in ("fax", "other"):
        return
    # “电话：139…” is a mobile, whatever it is called, as long as no other one is given.
    chinese = (kind != "phone" or not card.mobile) and _is_chinese_mobile(number)
    is_mobile = kind == "mobile" or chinese
    if is_mobile and not card.mobile:
        card.mobile = number
    elif not card.phone:
        card.phone = number


def _is_chinese_mobile(number: str) -> bool:
    abroad = number.startswith("+") and not number.startswith("+86")
    return not abroad and bool(_MOBILE.fullmatch(re.sub(r"\D", "", number)))


# --- what is likely: address, company, title, name ------------------------------------------------------------------


def _take_address(card: Card, lines: list[Line]) -> list[Line]:
    """The line that is most like an address, with the lines under it that go on with it."""
    scored = [(words.address_likeness(line.text), -place) for place, line in enumerate(lines)]
    best, place = max(scored, default=(0, 0))
    if best < 2:
        return lines
    first = -place
    last = first + 1
    while last < len(lines) and _goes_on(lines[last - 1], lines[last]):
        last += 1
    texts = [words.ADDRESS_LABEL.sub("", line.text).strip() for line in lines[first:last]]
    gap = "" if all(_HAN.search(text) for text in texts) else ", "
    card.address = words.POSTCODE.sub("", gap.join(texts)).strip(" ,;:()")
    return [line for at, line in enumerate(lines) if not first <= at < last]


def _goes_on(above: Line, below: Line) -> bool:
    """Whether the line below is the rest of the address above: under it, as small, and of its kind."""
    near = below.y - above.y < 2.2 * max(above.height, 1) and below.height <= above.height * 1.3
    other = words.ADDRESS_LABEL.match(below.text) or words.is_company(below.text) or words.TITLE.search(below.text)
    same_script = bool(_HAN.search(above.text)) == bool(_HAN.search(below.text))
    return near and not other and same_script and words.address_likeness(below.text) >= 1


def _take_company(card: Card, lines: list[Line]) -> list[Line]:
    found = [line for line in lines if words.is_company(line.text)]
    if not found:
        return lines
    best = max(found, key=lambda line: (words.company_likeness(line.text), line.height))
    card.company = words.COMPANY_LABEL.sub("", best.text).strip()
    return [line for line in lines if line not in found]


def _take_title(card: Card, lines: list[Line]) -> list[Line]:
    """The title, and what else stands in its line: often the name."""
    left = []
    for line in lines:
        text = words.TITLE_LABEL.sub("", line.text)
        name, title = _split(text)
        if title and (not card.title or (_HAN.search(title) and not _HAN.search(card.title))):
            card.title = title
        if name or not title:
            left.append(Line(name or text, line.x, line.y, line.width, line.height))
    return left


def _split(text: str) -> tuple[str, str]:
    """(name, title) of "林志远 销售总监", "销售总监" or "王磊"; what is not there is ""."""
    if not words.TITLE.search(text):
        return text, ""
    parts = [part for part in re.split(r"\s*[/|]\s*|\s+", text) if part] if _HAN.search(text) else [text]
    titles = [part for part in parts if words.TITLE.search(part)]
    names = [part for part in parts if part not in titles]
    if len(parts) == 1 and (glued := _glued(text)):
        return glued
    return " ".join(names), (" " if not _HAN.search("".join(titles)) else "、").join(titles)


def _glued(text: str) -> tuple[str, str] | None:
    """(name, title) of a line in which no space parts them: "林志远总经理"."""
    match = words.TITLE.search(text)
    if match is None or not text.endswith(match[0]):
        return None
    for length in (2, 3):
        name, title = text[:length], text[length:]
        if _surname(name) and words.KNOWN_TITLE.fullmatch(title):
            return name, title
    return None


def _surname(text: str) -> bool:
    return text[:2] in SURNAMES or text[:1] in words.SURNAMES


def _take_name(card: Card, lines: list[Line]) -> None:
    han: list[tuple[bool, float, str]] = []
    latin: list[tuple[bool, float, str]] = []
    for line in lines:
        labelled = words.NAME_LABEL.match(line.text) is not None
        text = _GREETING.sub("", _BRACKETED.sub("", words.NAME_LABEL.sub("", line.text))).strip()
        for part in {text, *re.split(r"\s{1,}|[/|]", text)}:
            if _HAN_NAME.fullmatch(part) and (labelled or _surname(part)):
                han.append((labelled, line.height, part))
        bare = re.sub(r"[\u3400-\u9fff]+", "", text).strip(" /|,")
        if _LATIN_NAME.fullmatch(bare) and not words.SLOGAN.search(bare):
            latin.append((labelled, line.height, bare))
    best = max(han or latin, key=lambda one: one[:2], default=None)
    card.name = best[2] if best else ""
