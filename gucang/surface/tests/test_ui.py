"""How money, dates and names are written. Time is given, nothing is stored."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from gucang.surface import ui

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 16, 10, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _in_shanghai_in_chinese() -> Iterator[None]:
    with timezone.override(SHANGHAI), translation.override("zh-hans"):
        yield


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (386400, "CNY", "¥386,400"),
        (Decimal("386400.50"), "CNY", "¥386,400.50"),
        (Decimal("386400.00"), "CNY", "¥386,400"),
        (Decimal("-54000"), "CNY", "−¥54,000"),
        (0, "CNY", "¥0"),
        (None, "CNY", "—"),
        (1200, "USD", "$1,200"),
        (Decimal("1200.4"), "JPY", "JP¥1,200"),
        (1200, "SEK", "SEK 1,200"),
    ],
)
def test_money_is_written_in_full_with_separators(value: object, currency: str, text: str) -> None:
    assert ui.money_text(value, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (99999, "¥99,999"),
        (864000, "¥86.4万"),
        (1285000, "¥128.5万"),
        (12846000, "¥1,284.6万"),
        (Decimal("1234567890"), "¥12.35亿"),
        (-1285000, "−¥128.5万"),
    ],
)
def test_a_summary_in_chinese_counts_in_ten_thousands(value: object, text: str) -> None:
    assert ui.money_text(value, short=True) == text


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("value", "text"), [(864000, "¥864K"), (1285000, "¥1.285M"), (Decimal("1234567890"), "¥1.235B")]
)
def test_a_summary_in_english_counts_in_thousands_and_millions(value: object, text: str) -> None:
    assert ui.money_text(value, short=True) == text


def test_money_on_a_page_is_one_word() -> None:
    assert ui.money(1285000, short=True) == '<span class="nb">¥128.5万</span>'


def test_a_hostile_currency_cannot_bring_markup_into_the_page() -> None:
    assert "<b>" not in ui.money(5, currency="<b>")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-2, "前天"),
        (-1, "昨天"),
        (0, "今天"),
        (1, "明天"),
        (2, "后天"),
        (3, "11月27日"),
        (-600, "2025年4月3日"),
        (40, "2027年1月3日"),
    ],
)
def test_a_day_is_written_as_people_say_it(days: int, text: str) -> None:
    assert ui.day_text(TODAY + timedelta(days=days), TODAY) == text


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("days", "text"), [(0, "Today"), (-1, "Yesterday"), (1, "Tomorrow"), (2, "Nov 26"), (-600, "Apr 3, 2025")]
)
def test_a_day_in_english_names_the_month(days: int, text: str) -> None:
    assert ui.day_text(TODAY + timedelta(days=days), TODAY) == text


def test_a_date_stays_a_date_although_it_is_near() -> None:
    assert ui.date_text(TODAY, TODAY) == "11月24日"
    assert ui.date_text(date(2025, 3, 4), TODAY) == "2025年3月4日"


def test_the_day_of_a_moment_is_the_day_in_the_local_time_zone() -> None:
    late_in_utc = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # 01:30 of the 24th in Shanghai
    assert ui.moment_text(late_in_utc, NOW) == "今天 01:30"


def test_a_moment_on_a_page_carries_its_exact_time() -> None:
    html = ui.moment(datetime(2026, 11, 22, 9, 5, tzinfo=SHANGHAI), NOW)
    assert 'datetime="2026-11-22T09:05+08:00"' in html
    assert 'title="2026-11-22 09:05"' in html
    assert ">前天 09:05</time>" in html


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        (TODAY - timedelta(days=1), "逾期 1 天", "bad"),
        (TODAY, "今天", "warn"),
        (TODAY + timedelta(days=3), "还剩 3 天", ""),
        (NOW + timedelta(minutes=50), "还剩 50 分", "warn"),
        (NOW + timedelta(hours=5, minutes=20), "还剩 5 小时", "warn"),
        (NOW - timedelta(minutes=9), "逾期 9 分", "bad"),
        (NOW + timedelta(days=3), "还剩 3 天", ""),
        (None, "—", ""),
    ],
)
def test_a_deadline_says_how_late_or_how_soon(due: date | datetime | None, words: str, tone: str) -> None:
    assert ui.due_words(due, NOW) == words
    assert ui.due_tone(due, NOW) == tone


@pytest.mark.usefixtures("english")
def test_a_deadline_in_english() -> None:
    assert ui.due_words(TODAY - timedelta(days=1), NOW) == "1 day late"
    assert ui.due_words(TODAY + timedelta(days=3), NOW) == "3 days left"
    assert ui.due_words(NOW + timedelta(minutes=50), NOW) == "50 min left"


def test_a_duration_takes_its_largest_sensible_unit() -> None:
    assert ui.duration(timedelta(minutes=6, seconds=59)) == "6 分"
    assert ui.duration(3 * 3600) == "3 小时"
    assert ui.duration(timedelta(days=2, hours=23)) == "2 天"


def test_the_weekday_is_named() -> None:
    assert ui.weekday(TODAY) == "星期二"


@pytest.mark.parametrize(("name", "shown"), [("李向东", "李"), ("alice Brown", "A"), ("  何静", "何"), ("", "?")])
def test_an_avatar_shows_the_first_character(name: str, shown: str) -> None:
    assert ui.initial(name) == shown


def test_a_family_name_may_have_two_characters() -> None:
    assert [ui.family_name(n) for n in ("欧阳娜", "李向东", "欧阳", "Alice")] == ["欧阳", "李", "欧", "Alice"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13805762214", "138 0576 2214"),
        ("138-0576-2214", "138 0576 2214"),
        ("+8613805762214", "138 0576 2214"),
        ("051262881234", "0512-6288 1234"),
        ("02162881234", "021-6288 1234"),
        ("+442071838750", "+442071838750"),
        ("4008123123", "4008123123"),
        ("", "—"),
    ],
)
def test_a_phone_number_is_grouped_as_it_is_read(number: str, shown: str) -> None:
    assert ui.phone(number) == shown


def test_numbers_and_shares_keep_only_the_decimals_they_have() -> None:
    assert [ui.number(v) for v in (1482300, "12.50", -3, None)] == ["1,482,300", "12.5", "−3", "—"]
    assert ui.percent(Decimal("0.215")) == "21.5%"


def test_file_sizes_are_rounded_to_what_people_need() -> None:
    sizes = (0, 900, 18 * 1024, int(2.4 * 1024**2), 3 * 1024**4)
    assert [ui.filesize(s) for s in sizes] == ["0 B", "900 B", "18 KB", "2.4 MB", "3,072 GB"]


def test_a_found_word_is_marked_and_the_rest_is_escaped() -> None:
    assert ui.highlight("上海<谷仓>", "谷仓") == "上海&lt;<mark>谷仓</mark>&gt;"


def test_an_unknown_icon_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"icons\.txt"):
        ui.known_icon("no-such-icon")


def test_every_icon_of_the_list_is_in_the_sprite_that_is_served() -> None:
    sprite = (ui.Path(ui.__file__).parent / "static" / "dist" / "sprite.svg").read_text(encoding="utf-8")
    assert [name for name in sorted(ui.icon_names()) if f'id="i-{name}"' not in sprite] == []


def test_a_trend_line_has_its_highest_value_at_the_top() -> None:
    assert ui.line_points([1, 4, 2], 100, 40) == [(0.0, 30.0), (50.0, 0.0), (100.0, 20.0)]
    assert ui.line_points([], 100, 40) == []


def test_sentences_follow_one_another_without_a_blank_in_chinese() -> None:
    assert ui.sentences(["可用 6 台。", "", "11月29日起到 60 台。"]) == "可用 6 台。11月29日起到 60 台。"


@pytest.mark.usefixtures("english")
def test_sentences_follow_one_another_with_a_blank_in_english() -> None:
    assert ui.sentences(["6 free.", "<60> come."]) == "6 free. &lt;60&gt; come."


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("订单 SO-2026-0041 已出货", '订单 <span class="nb">SO-2026-0041</span> 已出货'),
        ("BJ2606-0002-V2", '<span class="nb">BJ2606-0002-V2</span>'),
        ("well-known <b>", "well-known &lt;b&gt;"),
    ],
)
def test_a_code_in_a_title_is_one_word(title: str, shown: str) -> None:
    assert ui.unbroken(title) == shown
