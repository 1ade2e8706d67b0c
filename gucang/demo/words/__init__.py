"""The word lists of the demonstration, written by ourselves: places are facts, everything else is invented.

Each file says in its first lines how it is laid out; lines that begin with ``#`` do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

_FOLDER = Path(__file__).parent


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """The lines of a file under each ``[heading]``."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _lines(name):
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        else:
            current.append(line)
    return {heading: tuple(lines) for heading, lines in found.items()}


@cache
def words(name: str, heading: str) -> tuple[str, ...]:
    """The words under a heading, separated by blanks."""
    return tuple(" ".join(sections(name)[heading]).split())


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


@dataclass(frozen=True)
class City:
    """A city with its GB/T 2260 codes (six digits), telephone area code, share of companies and districts."""

    province_code: str
    province: str
    code: str
    name: str
    area_code: str
    weight: int
    districts: tuple[str, ...]


_PLACE = re.compile(r"(\d{2}) (\S+) \| (\d{4}) (\S+) (0\d{2,3}) (\d+):(.*)")


@cache
def cities() -> tuple[City, ...]:
    """All cities, in the order of their codes' provinces."""
    found = []
    for line in _lines("places.txt"):
        parts = _PLACE.fullmatch(line)
        if not parts:
            raise ValueError(f"places.txt: {line}")
        province_code, province, code, name, area_code, weight, districts = parts.groups()
        found.append(
            City(province_code + "0000", province, code + "00", name, area_code, int(weight), tuple(districts.split()))
        )
    return tuple(found)


@dataclass(frozen=True)
class Industry:
    """What a company does: as in its name (精密机械), short (精机), the branch it counts to, and its share."""

    name: str
    short: str
    branch: str
    weight: int


@cache
def industries() -> tuple[Industry, ...]:
    """All industries of customers."""
    rows = map(_cells, sections("companies.txt")["industry"])
    return tuple(Industry(name, short, branch, int(weight)) for name, short, branch, weight in rows)


@cache
def brands() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Made-up brands of two and of three characters; no famous one, no character twice."""
    famous = set(words("companies.txt", "famous"))
    pairs = product(words("companies.txt", "first"), words("companies.txt", "second"))
    two = tuple(a + b for a, b in pairs if a != b and a + b not in famous)
    three = tuple(brand + end for brand in two for end in words("companies.txt", "third") if end not in brand)
    return two, three


@dataclass(frozen=True)
class Title:
    """A job title, how its holder is addressed after the surname (李经理, 王工), its share, whether it decides."""

    name: str
    address: str
    weight: int
    decides: bool


@cache
def titles() -> tuple[Title, ...]:
    """All job titles of contacts."""
    rows = map(_cells, sections("people.txt")["titles"])
    return tuple(Title(name, address, int(weight), decides == "yes") for name, address, weight, decides in rows)


@cache
def surnames() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Surnames and how often they occur among ten thousand people."""
    pairs = [re.fullmatch(r"(\D+)(\d+)", word) for word in words("people.txt", "surnames")]
    found = [(pair[1], int(pair[2])) for pair in pairs if pair]
    return tuple(name for name, _ in found), tuple(share for _, share in found)


@dataclass(frozen=True)
class Family:
    """A product family: names of its products, unit, range of list prices in yuan, pattern of model numbers."""

    code: str
    name: str
    products: tuple[str, ...]
    unit: str
    low: int
    high: int
    model: str
    sizes: tuple[str, ...]


@cache
def families() -> tuple[Family, ...]:
    """All product families of the demonstration's trader of industrial automation."""
    return tuple(
        Family(code, name, tuple(names.split(";")), unit, int(low), int(high), model, tuple(sizes.split()))
        for code, name, names, unit, low, high, model, sizes in map(_cells, _lines("products.txt"))
    )


@dataclass(frozen=True)
class FollowUpTemplate:
    """A short note of a call or visit with slots, and the next step (``""`` when there is none)."""

    stage: str
    outcome: str
    channel: str
    note: str
    next_step: str


@cache
def follow_ups() -> tuple[FollowUpTemplate, ...]:
    """All templates of follow-ups."""
    return tuple(FollowUpTemplate(*_cells(line)) for line in _lines("follow_ups.txt"))
