"""How numbers, money, dates and names are written on screen, in Chinese and in English.

Every function takes plain values and gives text, or `Markup` where a word must not be broken (`.nb`). "Now" is
an argument so that a page and its test agree; without it the current time in the active time zone is taken.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _t
from markupsafe import Markup, escape

from gucang.kernel.currency import own_currency
from gucang.kernel.text import initials, spelling
from gucang.surface import looks

NOTHING = "—"
MINUS = "−"

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥"}
YUAN = ("元", "¥", "￥")  # how people write the unit of an amount of money in a field of their own
CODE = re.compile(r"(?<![\w-])((?=[A-Z-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)+)(?![\w-])", re.ASCII)
WITHOUT_CENTS = {"JPY", "KRW", "VND"}

# From this amount on a summary writes 万 or K instead of all digits; tables always write all of them.
SHORT_FROM = Decimal(100_000)
CHINESE_UNITS = ((Decimal(10**8), "亿", 2), (Decimal(10**4), "万", 1))
ENGLISH_UNITS = ((Decimal(10**9), "B", 3), (Decimal(10**6), "M", 3), (Decimal(10**3), "K", 0))

ENGLISH_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ENGLISH_MONTH_NAMES = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
ENGLISH_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
CHINESE_WEEKDAYS = "一二三四五六日"
NEAR_DAYS = {
    "zh": {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
    "en": {-1: "Yesterday", 0: "Today", 1: "Tomorrow"},
}

# The avatar of 欧阳娜 shows only 欧, but a greeting needs the whole family name.
DOUBLE_SURNAMES = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 端木 长孙 宇文 轩辕 百里 呼延"


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _one_word(text: str) -> Markup:
    return Markup('<span class="nb">%s</span>') % text


def _trimmed(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Any, places: int = 2) -> str:
    """`value` with thousands separators and at most `places` decimals, as 1,482,300; — for None."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    return (MINUS if amount < 0 else "") + _trimmed(abs(amount), places)


def about(value: Any) -> str:
    """An estimate in two figures: 1,234,567 is 120万 or 1.2M. Below 100,000 all its places stand there."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    rounded = Decimal(f"{abs(amount):.1e}")
    sign = MINUS if amount < 0 else ""
    for unit, word, _places in CHINESE_UNITS if _chinese() else ENGLISH_UNITS:
        if rounded >= unit and rounded >= SHORT_FROM:
            return f"{sign}{_trimmed(rounded / unit, 1)}{' ' if _chinese() else ''}{word}"
    return sign + _trimmed(rounded, 0)


def percent(value: Any, places: int = 1) -> str:
    """A share (0.215) as 21.5%; — for None."""
    return NOTHING if value is None or value == "" else number(Decimal(str(value)) * 100, places) + "%"


def money_text(value: Any, currency: str = "", short: bool = False) -> str:
    """Money as plain text, for attributes and files. `value` is in whole units (yuan), not in cents.

    Without a `currency` it is in the company's own. Cents are written only when there are any.
    `short` is for summaries: ¥128.5万 or ¥1.285M from 100,000 on.
    """
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    currency = currency or own_currency()
    symbol = SYMBOLS.get(currency, currency + " ")
    if short and size >= SHORT_FROM:
        for unit, word, places in CHINESE_UNITS if _chinese() else ENGLISH_UNITS:
            if size >= unit:
                return f"{sign}{symbol}{_trimmed(size / unit, places)}{word}"
    places = 0 if currency in WITHOUT_CENTS or size == size.to_integral_value() else 2
    return f"{sign}{symbol}{size.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


def money(value: Any, currency: str = "", short: bool = False) -> Markup:
    """`money_text` as one word that is neither broken nor spaced between digits and 万."""
    return _one_word(money_text(value, currency, short))


def _as_date(value: date | datetime) -> date:
    return _as_local(value).date() if isinstance(value, datetime) else value


def day_text(value: date | datetime | None, today: date | None = None) -> str:
    """A day as people say it: 昨天, 今天, 11月25日, 2025年3月4日; Today, Nov 25, Mar 4, 2025; — for None."""
    if value is None:
        return NOTHING
    then, today = _as_date(value), today or timezone.localdate()
    near = NEAR_DAYS["zh" if _chinese() else "en"].get((then - today).days)
    return near or date_text(then, today)


def date_text(value: date | datetime, today: date | None = None) -> str:
    """A day by its date, also when it is near: 11月25日, 2025年3月4日; Nov 25, Mar 4, 2025."""
    then, today = _as_date(value), today or timezone.localdate()
    same_year = then.year == today.year
    if _chinese():
        return f"{then.month}月{then.day}日" if same_year else f"{then.year}年{then.month}月{then.day}日"
    text = f"{ENGLISH_MONTHS[then.month - 1]} {then.day}"
    return text if same_year else f"{text}, {then.year}"


def month_text(value: date | datetime) -> str:
    """A month with its year: 2026年11月; November 2026."""
    return f"{value.year}年{value.month}月" if _chinese() else f"{ENGLISH_MONTH_NAMES[value.month - 1]} {value.year}"


def day(value: date | datetime | None, today: date | None = None) -> Markup:
    """`day_text` as one word."""
    return _one_word(day_text(value, today))


def weekday(value: date | datetime) -> str:
    """星期二 or Tuesday."""
    index = _as_date(value).weekday()
    return f"星期{CHINESE_WEEKDAYS[index]}" if _chinese() else ENGLISH_WEEKDAYS[index]


def day_of_week(value: date | datetime, *, near: bool = True) -> str:
    """A day with its day of the week: 昨天 星期日, 11月7日 星期六; Yesterday, Sunday, or Saturday, Nov 7.

    Without `near`, today and yesterday are dates like the others.
    """
    text, name = day_text(value) if near else date_text(value), weekday(value)
    if _chinese():
        return f"{text} {name}"
    return f"{text}, {name}" if text in NEAR_DAYS["en"].values() else f"{name}, {text}"


def moment_text(value: datetime | None, now: date | datetime | None = None) -> str:
    """A point in time: 今天 14:30, 11月22日 09:05, Today 14:30; with the year when it is another one."""
    return NOTHING if value is None else _local_text(_as_local(value), now)


def moment(value: datetime | None, now: date | datetime | None = None) -> Markup:
    """`moment_text` inside <time>, with the exact time as its title."""
    if value is None:
        return escape(NOTHING)
    local = _as_local(value)
    iso, exact = local.isoformat(timespec="minutes"), local.isoformat(" ", "minutes")[:16]
    return Markup('<time class="nb" datetime="%s" title="%s">%s</time>') % (iso, exact, _local_text(local, now))


def hour(value: datetime) -> Markup:
    """The time of day alone (09:05) inside <time>, for what stands below its day."""
    local = _as_local(value)
    exact = local.isoformat(" ", "minutes")[:16]
    words = (local.isoformat(timespec="minutes"), exact, exact[11:])
    return Markup('<time class="nb" datetime="%s" title="%s">%s</time>') % words


def unit_of(currency: str) -> str:
    """What stands behind an amount that is being typed: 元, or the letters of the currency."""
    return "元" if currency == "CNY" and _chinese() else currency


def _local_text(local: datetime, now: date | datetime | None) -> str:
    today = None if now is None else _as_date(now)
    return f"{day_text(local.date(), today)} {local.isoformat(timespec='minutes')[11:16]}"


def _as_local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def duration(value: timedelta | float | None) -> str:
    """A span in its largest sensible unit: 6 分, 3 小时, 2 天; 6 min, 3 h, 2 days. Numbers are seconds."""
    if value is None:
        return NOTHING
    seconds = int(abs(value.total_seconds() if isinstance(value, timedelta) else value))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if _chinese():
        return f"{days} 天" if days else f"{hours} 小时" if hours else f"{minutes} 分"
    return f"{days} day{'' if days == 1 else 's'}" if days else f"{hours} h" if hours else f"{minutes} min"


def due_words(value: date | datetime | None, now: datetime | None = None) -> str:
    """How late or how soon: 逾期 1 天, 今天, 还剩 3 天; a datetime of today counts hours and minutes (还剩 50 分)."""
    if value is None:
        return NOTHING
    now = now or timezone.now()
    days = (_as_date(value) - _as_date(now)).days
    if isinstance(value, datetime) and days == 0:
        left = value - now
        late, span = left < timedelta(0), duration(left)
    elif days == 0:
        return "今天" if _chinese() else "Today"
    else:
        late, span = days < 0, duration(timedelta(days=days))
    if _chinese():
        return f"逾期 {span}" if late else f"还剩 {span}"
    return f"{span} late" if late else f"{span} left"


def due_tone(value: date | datetime | None, now: datetime | None = None, soon: timedelta = timedelta(days=1)) -> str:
    """The tone beside `due_words`: bad when late, warn within `soon` (a day lasts until its end), else ""."""
    if value is None:
        return ""
    now = now or timezone.now()
    if isinstance(value, datetime):
        left = value - now
        return "bad" if left < timedelta(0) else "warn" if left <= soon else ""
    days = (value - _as_date(now)).days
    return "bad" if days < 0 else "warn" if days < max(soon.days, 1) else ""


def headed(text: Any) -> str:
    """A word as it heads something: with a capital letter where its script has one."""
    words = str(text)
    return words[:1].upper() + words[1:]


def initial(name: str | None) -> str:
    """What an avatar shows: the family name's first character of 李向东, the first letter of Alice Brown."""
    name = (name or "").strip()
    return name[0].upper() if name else "?"


def family_name(name: str) -> str:
    """李 of 李向东, 欧阳 of 欧阳娜; an alphabetic name is given back whole."""
    name = name.strip()
    if not name or name[0].isascii():
        return name
    return name[:2] if len(name) > 2 and name[:2] in DOUBLE_SURNAMES.split() else name[0]


def phone(value: str | None) -> str:
    """A number grouped as read aloud: 138 0576 2214, 0512-6288 1234, -8001 for an extension; foreign ones unchanged."""
    if not value:
        return NOTHING
    text, _mark, extension = value.strip().partition(";ext=")
    if extension:
        return f"{phone(text)}-{extension}"
    digits = "".join(c for c in text if c.isdigit())
    if text.startswith("+86") and len(digits) > 2:
        digits = digits[2:]
        if not (len(digits) == 11 and digits.startswith("1")) and not digits.startswith(("400", "800")):
            digits = f"0{digits}"  # the form for storing drops the 0 of a landline
    elif text.startswith("+"):
        return text
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if digits.startswith("0") and len(digits) in (10, 11, 12):
        area = 3 if digits[1] in "12" else 4
        return f"{digits[:area]}-{digits[area:-4]} {digits[-4:]}"
    return text


def filesize(size: int | None) -> str:
    """Bytes as 0 B, 18 KB, 2.4 MB, 1.2 GB (1 KB is 1024 bytes)."""
    if size is None:
        return NOTHING
    value = Decimal(size)
    for unit, places in (("B", 0), ("KB", 0), ("MB", 1), ("GB", 1)):
        if value < 1024 or unit == "GB":
            return f"{_trimmed(value, places)} {unit}"
        value /= 1024
    raise AssertionError("unreachable: GB takes every size")


def highlight(text: str, found: str | None) -> Markup:
    """`text` with the first place where `found` stands (letter case ignored) inside <mark>."""
    at = text.lower().find(found.lower()) if found else -1
    if at < 0:
        return escape(text)
    end = at + len(found or "")
    return Markup("{}<mark>{}</mark>{}").format(text[:at], text[at:end], text[end:])


def line_points(values: Sequence[float], width: int, height: int) -> list[tuple[float, float]]:
    """Points of a trend line in a `width` × `height` field, y growing downwards, the highest value at its top."""
    top = float(max(values, default=0)) or 1.0
    step = width / max(len(values) - 1, 1)
    return [(round(i * step, 1), round(height * (1 - float(v) / top), 1)) for i, v in enumerate(values)]


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Names that `icon()` accepts: those of assets/icons.txt."""
    text = (Path(__file__).parent / "assets" / "icons.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def known_icon(name: str) -> str:
    """`name` itself; raises ValueError when the sprite lacks it: a missing icon shows nothing, nobody notices."""
    if name not in icon_names():
        raise ValueError(f"The sprite has no icon “{name}”. Add it to assets/icons.txt, then npm run build.")
    return name


@lru_cache(maxsize=2_000)
def said(text: str) -> str:
    """How a word can be typed, pinyin and initials: "xinjian xj". The palette finds by the beginning of each."""
    return f"{spelling(text)} {initials(text)}".lower()


def listed(words: Iterable[Any]) -> str:
    """Words one after the other as the language sets them: 甲、乙、丙; A, B, C."""
    return pgettext("between words of a list", ", ").join(str(word) for word in words)


def sentences(said: Iterable[Any]) -> Markup:
    """Whole sentences one after the other: a blank between them in English, none after a Chinese full stop."""
    between = Markup() if _chinese() else Markup(" ")
    return between.join(one for one in said if one)


def unbroken(text: Any) -> Markup:
    """A title in which no code (SO-2026-0041) is broken at its hyphens; what is markup already stays as it is."""
    if isinstance(text, Markup):
        return text
    return Markup().join(_one_word(part) if at % 2 else part for at, part in enumerate(CODE.split(str(text))))


def deed_attrs(one: Mapping[str, Any]) -> dict[str, str]:
    """What marks a button or a line of a menu as something that the palette can do, with the reason why not."""
    label = str(one["label"])
    found = {"data-deed": str(one["verb"]), "data-deed-name": label, "data-said": said(label)}
    if one.get("why"):
        found["data-why"] = str(one["why"])
    elif one["verb"] == "edit":
        found |= {"aria-keyshortcuts": "e", "title": _t("Edit: e")}
    return found


def filters() -> dict[str, Callable[..., Any]]:
    """The filters of the Jinja2 environment, by the name that templates use."""
    amounts = (number, about, percent, money, money_text, filesize)
    times = (day, day_text, day_of_week, date_text, weekday, hour, moment, moment_text, duration, due_words, due_tone)
    words = (headed, initial, family_name, phone, highlight, listed, said, sentences, unbroken)
    return {f.__name__: f for f in (*amounts, *times, *words)}


def globals_() -> dict[str, Any]:
    """The functions of the Jinja2 environment, by the name that templates use."""
    return {
        "deed_attrs": deed_attrs,
        "known_icon": known_icon,
        "line_points": line_points,
        "looks_to_choose": looks.every,
        "now_local": timezone.localtime,
        "timedelta": timedelta,
    }
