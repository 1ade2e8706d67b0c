"""From a document with lines to its sheet: as far as whoever prints may see it, in the language of the paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _t

from gucang.accounts import letterhead, logo
from gucang.documents import money
from gucang.documents.settling import terms
from gucang.kernel import clock, events, lines, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.kernel.text import normalise_phone
from gucang.kernel.text.capitals import in_capitals
from gucang.papers.declared import NEVER, Paper, of
from gucang.papers.sheet import Cell, Column, Pairs, Party, Sheet
from gucang.surface import ui
from gucang.surface.labels import labels_of

SEEN = (Access.READ, Access.WRITE)
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def sheet_of(record: Any, actor: Actor, language: str) -> Sheet:
    """The paper of `record` as `actor` may see it. Raises NotVisible for a type that has none."""
    paper = of(records.by_model(type(record)).name)
    if paper is None:
        raise NotVisible
    with override(language if language in LANGUAGES else settings.LANGUAGE_CODE):
        return (paper.fill or fill)(paper, actor, record)


class Reader:
    """What one actor may read of one record, in words; "" for what is empty or hidden."""

    def __init__(self, actor: Actor, record: Any) -> None:
        self.actor, self.record = actor, record
        self.type: RecordType = records.by_model(type(record))

    def may(self, name: str) -> bool:
        """Whether the field is read in full."""
        return name not in NEVER and access(self.actor, self.type, name, self.record) in SEEN

    def read(self, name: str) -> str:
        """The value of a field in words, masked where it is."""
        spec, value = self.type.specs[name], getattr(self.record, name)
        found = access(self.actor, self.type, name, self.record)
        if name in NEVER or found == Access.HIDDEN or value in (None, ""):
            return ""
        if spec.target is not None:
            return labels_of(self.actor, {spec.target: [value.pk]}).get((spec.target, value.pk), "")
        text = normalised(spec, value)
        return text if found in SEEN else spec.masked(text) or ""

    def pairs(self, names: Iterable[str], labels: Mapping[str, Any] = MappingProxyType({})) -> list[tuple[str, str]]:
        """(label, value) of these fields, without the empty ones; `labels` are other words for some of them."""
        found = [(ui.headed(labels.get(name, self.type.specs[name].label)), self.read(name)) for name in names]
        return [(label, value) for label, value in found if value]


def normalised(spec: FieldSpec, value: Any) -> str:
    """A value as it stands on paper: days in full, amounts with all their places."""
    if spec.kind == "date":
        return day(value)
    if spec.kind == "phone":
        return str(normalise_phone(value))
    return f"{value:,.2f}" if spec.kind == "money" else spec.show(value)


def day(value: date) -> str:
    """A day with its year: 2026年11月22日, 22 November 2026."""
    if get_language() == "en":
        return f"{value.day} {value:%B} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def fill(paper: Paper, actor: Actor, document: Any) -> Sheet:
    """The sheet of a document with lines of products."""
    reader, currency = Reader(actor, document), document.currency or terms()[0]
    shows_lines = reader.type.lines is not None and reader.may(lines.NAME)
    columns, rows = table_of(paper, actor, document, currency) if shows_lines else ((), ())
    revision = getattr(document, "revision", 1)
    sender = letterhead.of_company()
    mark = paper.mark(document) if paper.mark is not None else ""
    return Sheet(
        language=get_language() or settings.LANGUAGE_CODE,
        title=str(paper.title),
        number=document.number,
        version=_t("Version %(number)s") % {"number": revision} if revision > 1 else "",
        mark=str(mark or ""),
        sender=sender_of(sender),
        receiver=receiver_of(actor, document),
        facts=[*reader.pairs(paper.facts, paper.labels), (_t("Currency"), currency)],
        columns=columns,
        rows=rows,
        sums=sums_of(reader, currency) if shows_lines else (),
        spoken=in_words(document.total, currency) if shows_lines and reader.may("total") else None,
        notes=_notes(reader, paper, sender),
        bank=bank_of(sender),
        bank_title=_t("Account for payments"),
        signatures=[str(one) for one in paper.signatures],
        signed=signed_words(),
        page=page_words(),
        made=made_words(),
    )


def signed_words() -> list[str]:
    """What is to be filled in at a place to sign."""
    return [_t("Signature and stamp"), _t("Date")]


def page_words() -> str:
    """Which page of how many, for the foot of each."""
    return _t("Page {page} of {pages}")


def made_words() -> str:
    """When the paper was made, for the foot of each page."""
    return _t("Made on %(moment)s") % {"moment": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")}


def sender_of(head: letterhead.Letterhead) -> Party:
    """The company whose paper it is, in the language of the paper as far as it said so."""
    english = get_language() == "en"
    address = (head.english_address or head.address) if english else head.address
    told = ((_t("Phone"), head.phone), (_t("Tax number"), head.tax_number))
    below = "\t".join(f"{label} {value}" for label, value in told if value)
    name = (head.english_name or head.legal_name) if english else head.legal_name
    return Party(name, [line for line in (address, below) if line], logo=logo.read(head.logo))


def receiver_of(actor: Actor, document: Any) -> Party:
    """The customer of a document with its contact, as far as the actor may see them."""
    customers = records.get("customer")
    found = events.with_bin(customers).filter(customers.visible(actor), pk=document.customer_id).first()
    if found is None:
        return Party("—", label=_t("For"))
    return customer_party(actor, found, contact_line(actor, document))


def customer_party(actor: Actor, customer: Any, contact: str = "") -> Party:
    """A customer as the receiver of a paper, as far as the actor may see it."""
    reader = Reader(actor, customer)
    told = [contact, _address(reader)]
    told += [f"{label} {value}" for label, value in ((_t("Tax number"), reader.read("credit_code")),) if value]
    return Party(reader.read("name"), [line for line in told if line], _t("For"))


def _address(reader: Reader) -> str:
    """Where the customer is, each part once: many an address begins with its province."""
    address = reader.read("address")
    return (
        "".join(part for name in ("province", "city", "district") if (part := reader.read(name)) not in address)
        + address
    )


def contact_line(actor: Actor, document: Any) -> str:
    """The name and telephone of a document's contact; "" where there is none to be seen."""
    contacts = records.get("contact")
    if getattr(document, "contact_id", None) is None:
        return ""
    found = events.with_bin(contacts).filter(contacts.visible(actor), pk=document.contact_id).first()
    if found is None:
        return ""
    reader = Reader(actor, found)
    return "  ".join(part for part in (reader.read("name"), reader.read("mobile") or reader.read("phone")) if part)


def table_of(paper: Paper, actor: Actor, document: Any, currency: str) -> tuple[list[Column], list[list[str | Cell]]]:
    """The columns in which something stands, and a row for each line."""
    declared = records.by_model(type(document)).lines
    assert declared is not None
    specs, found = declared.specs | declared.shown_specs, lines.of(document)
    products = _products(actor, found)
    names = [name for name in paper.columns if name == "product" or any(getattr(line, name) for line in found)]
    columns = [Column("#", "index")]
    columns += [
        Column(_label(specs[name]), "main" if name == "product" else "number" if specs[name].numeric else "text")
        for name in names
    ]
    places = money.places_of(currency)
    rows: list[list[str | Cell]] = []
    for number, line in enumerate(found, 1):
        cells = [
            _product(products.get(line.product_id), line) if name == "product" else _value(specs[name], line, places)
            for name in names
        ]
        rows.append([str(number), *cells])
    return columns, rows


def _label(spec: FieldSpec) -> str:
    return ui.headed(spec.label)


def _products(actor: Actor, found: Iterable[Any]) -> dict[int, Any]:
    """The products of lines that the actor may see, also those in the bin. One query."""
    products = records.get("product")
    query = events.with_bin(products).filter(products.visible(actor), pk__in={line.product_id for line in found})
    return {one.pk: one for one in query}


def _product(product: Any, line: Any) -> Cell:
    if product is None:
        return Cell("—", [line.note] if line.note else [])
    below = " · ".join(part for part in (product.number, product.spec) if part)
    return Cell(product.name, [part for part in (below, line.note) if part])


def _value(spec: FieldSpec, line: Any, places: int) -> str:
    value = getattr(line, spec.name)
    if spec.kind == "money":
        return f"{value:,.{places}f}"
    if spec.name == "price":
        return f"{value:,.{max(places, places_of(value))}f}"
    if spec.numeric:
        return f"{value:,.{places_of(value)}f}" if value or spec.name != "discount" else ""
    return spec.show(value)


def places_of(value: Decimal) -> int:
    """How many decimals are needed to say a number exactly."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def sums_of(reader: Reader, currency: str) -> Pairs:
    """The discount on everything and the totals of a document, as far as they may be seen."""
    declared = reader.type.lines
    assert declared is not None
    found = []
    off = getattr(reader.record, "discount", None)
    if off and reader.may("discount"):
        found.append((_t("Discount on everything"), f"{off:,.{places_of(off)}f}%"))
    for name in declared.totals:
        if reader.may(name):
            found.append((_label(reader.type.specs[name]), amount(getattr(reader.record, name), currency)))
    return found


def amount(value: Decimal, currency: str) -> str:
    """An amount with its sign and all its places: ¥1,084.80, −$3.00."""
    symbol = ui.SYMBOLS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{symbol}{abs(value):,.{money.places_of(currency)}f}"


def in_words(value: Decimal, currency: str) -> tuple[str, str] | None:
    """人民币大写, where the paper is in Chinese and the amount in yuan."""
    if currency != "CNY" or get_language() == "en":
        return None
    return _t("Total in words"), in_capitals(value)


def _notes(reader: Reader, paper: Paper, sender: letterhead.Letterhead) -> Pairs:
    found = reader.pairs(paper.words)
    if "terms" in paper.words and not reader.record.terms and sender.terms:
        found.insert(0, (ui.headed(reader.type.specs["terms"].label), sender.terms))
    return found


def bank_of(sender: letterhead.Letterhead) -> Pairs:
    """Where to pay."""
    told = ((_t("Bank"), sender.bank), (_t("Account"), sender.account))
    return [(label, value) for label, value in told if value]
