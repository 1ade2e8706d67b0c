"""The hours of a day as people write them."""

from __future__ import annotations

import pytest

from gucang.worktime.shifts import BadShifts, Shift, minutes_of, read_shifts, write_shifts


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("09:00-12:00, 13:30-18:00", "09:00-12:00, 13:30-18:00"),
        ("13:30–18:00、9:00—12:00", "09:00-12:00, 13:30-18:00"),
        ("９：００～１２：００；１３：３０至１８：００", "09:00-12:00, 13:30-18:00"),
        ("9-12\n13:30到18", "09:00-12:00, 13:30-18:00"),
        ("22:00-6:00", "22:00-06:00"),
        ("0:00-24:00", "00:00-24:00"),
        ("8:00-8:00", "08:00-08:00"),
        ("  ", ""),
    ],
)
def test_hours_have_one_spelling_whatever_the_keyboard(text: str, plain: str) -> None:
    found = read_shifts(text)
    assert write_shifts(found) == plain
    assert read_shifts(plain) == found


def test_a_shift_over_midnight_ends_the_next_day() -> None:
    assert read_shifts("22:00-06:00") == (Shift(22 * 60, 30 * 60),)
    assert minutes_of(read_shifts("09:00-12:00, 13:30-18:00, 22:00-06:00")) == 180 + 270 + 480


@pytest.mark.parametrize(
    "text",
    ["nine to five", "25:00-26:00", "9:70-10:00", "24:00-06:00", "9:00-12:00, 11:00-13:00", "18:00-09:30, 9:00-12:00"],
)
def test_what_is_no_hour_and_what_overlaps_is_refused(text: str) -> None:
    with pytest.raises(BadShifts):
        read_shifts(text)


def test_a_day_has_at_most_six_shifts() -> None:
    with pytest.raises(BadShifts):
        read_shifts(", ".join(f"{hour}:00-{hour}:30" for hour in range(7)))
