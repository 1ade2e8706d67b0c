"""What stands on a company's paper: its logo, who it is, where, its tax number, its account, and its usual terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.kernel.setup import kept

_KEY = "letterhead"


@dataclass(frozen=True)
class Letterhead:
    """All may be empty but `legal_name`, which then is what the company is called here.

    `logo` is the name of a file (see `logo`); `delivery_prices` lets prices stand on delivery notes.
    """

    legal_name: str = ""
    english_name: str = ""
    address: str = ""
    english_address: str = ""
    phone: str = ""
    tax_number: str = ""
    bank: str = ""
    account: str = ""
    terms: str = ""
    delivery_prices: bool = False
    logo: str = ""


NAMES = tuple(one.name for one in fields(Letterhead))


def of_company() -> Letterhead:
    """The active company's letterhead."""
    return kept("letterhead", _read)


def _read() -> Letterhead:
    company = Company.objects.get(pk=active_company_id())
    found = in_settings(company.settings)
    return found if found.legal_name else replace(found, legal_name=company.name)


def in_settings(settings: Mapping[str, Any]) -> Letterhead:
    """The letterhead as it was written down."""
    given = settings.get(_KEY, {})
    return Letterhead(**{name: given[name] for name in NAMES if name in given})


def with_letterhead(settings: Mapping[str, Any], head: Letterhead) -> dict[str, Any]:
    """A company's `settings` with this letterhead; without one where nothing is written."""
    told = {name: value for name, value in asdict(head).items() if value}
    return {name: value for name, value in settings.items() if name != _KEY} | ({_KEY: told} if told else {})
