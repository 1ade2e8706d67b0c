"""Reads of customers and the pool that are used in two places or more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from gucang.kernel import clock, records, search
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.setup import kept
from gucang.kernel.text import BadText, check_credit_code, normalise_phone, pinyin_key
from gucang.parties import rules
from gucang.parties.models import Contact, Customer, Kind, PoolRules
from gucang.parties.names import LEAST, likeness, name_core, plain_name, spellings

ALIKE = 0.6
MOST_SIMILAR = 5
_CANDIDATES = 200


def pool_rules() -> PoolRules:
    """The company's rules for the pool, or the defaults."""
    return kept("pool rules", lambda: PoolRules.objects.first() or PoolRules())


def owned_by(member_id: int) -> int:
    """How many customers a member owns."""
    return Customer.objects.filter(owner_id=member_id).count()


def claims_today(member_id: int) -> int:
    """How many customers a member has claimed since midnight."""
    midnight = clock.midnight(clock.today())
    return Event.objects.filter(actor_id=member_id, name="customer.claim", occurred_at__gte=midnight).count()


def falling(pool: PoolRules, by: date) -> QuerySet[Customer]:
    """Owned customers that become due for the pool on `by` or earlier unless something happens, in the order of ids."""
    conditions = Q(pk__in=())
    if pool.days_without_contact:
        before = clock.midnight(by - timedelta(days=pool.days_without_contact - 1))
        conditions |= Q(owned_since__lt=before) & (Q(last_contact_at=None) | Q(last_contact_at__lt=before))
    if pool.days_without_deal:
        day = by - timedelta(days=pool.days_without_deal)
        after_day = clock.midnight(day + timedelta(days=1))
        conditions |= Q(owned_since__lt=after_day) & (Q(last_deal_on=None) | Q(last_deal_on__lte=day))
    found = Customer.objects.filter(conditions, owner__isnull=False)
    return (found.filter(last_deal_on=None) if pool.spares_buyers else found).order_by("id")


def days_until_pool(customer: Customer) -> int | None:
    """In how many days the customer goes back to the pool; None for never, below 1 for tonight."""
    day = rules.falls_on(customer, pool_rules(), clock.today())
    return None if day is None else (day - clock.today()).days


def primary_contact(customer: Customer) -> Contact | None:
    """The contact to call first: the primary one, or the first that was entered."""
    return Contact.objects.filter(customer=customer).order_by("-is_primary", "id").first()


@dataclass(frozen=True)
class Similar:
    """A customer that may be the same, of whom only name and owner are told: no phone, no link unless visible."""

    id: int
    name: str
    owner: str
    why: str


def similar(*, name: str = "", phone: str = "", credit_code: str = "", leave_out: int | None = None) -> list[Similar]:
    """Customers of the whole company that may be the one being typed, likeliest first, at most five.

    `why` is "credit_code", "phone" or "name". Unfinished or wrong input finds nothing and raises nothing.
    """
    found: dict[int, str] = {}
    for why, ids in (("credit_code", _same_code(credit_code)), ("phone", _same_phone(phone)), ("name", _alike(name))):
        for pk in ids:
            found.setdefault(pk, why)
    found.pop(leave_out or 0, None)
    chosen = list(found)[:MOST_SIMILAR]
    rows = Customer.objects.filter(pk__in=chosen).select_related("owner").in_bulk()
    return [Similar(pk, rows[pk].name, str(rows[pk].owner or ""), found[pk]) for pk in chosen if pk in rows]


def exact_keys(values: Mapping[str, Any]) -> list[str]:
    """What no two customers should share, of raw values: "credit_code:9132…", "phone:+86512…", "name:苏州恒力".

    Wrong input gives no key. Private persons of one name are many, so theirs is none.
    """
    found = [f"credit_code:{code}"] if (code := _code(str(values.get("credit_code") or "")[:40])) else []
    found += [f"phone:{phone}" for name in ("phone", "phone2") if (phone := _e164(str(values.get(name) or "")[:40]))]
    name = plain_name(str(values.get("name") or "")[:120]) if values.get("kind") != Kind.PERSON else ""
    return list(dict.fromkeys([*found, *([f"name:{name}"] if len(name) >= LEAST else [])]))


def holders(keys: Collection[str]) -> dict[str, Similar]:
    """Who holds each of these keys, of the whole company; keys that nobody holds are left out.

    A handful of statements, however many keys.
    """
    wanted: dict[str, set[str]] = {}
    for key in keys:
        why, _colon, value = key.partition(":")
        wanted.setdefault(why, set()).add(value)
    found: dict[str, int] = {}
    for key, pk in (
        *_by_code(wanted.get("credit_code", set())),
        *_by_phone(wanted.get("phone", set())),
        *_by_name(wanted.get("name", set())),
    ):
        found.setdefault(key, pk)
    rows = Customer.objects.filter(pk__in=found.values()).select_related("owner").in_bulk() if found else {}
    return {
        key: Similar(pk, rows[pk].name, str(rows[pk].owner or ""), key.partition(":")[0])
        for key, pk in found.items()
        if pk in rows
    }


def _by_code(codes: Collection[str]) -> Iterator[tuple[str, int]]:
    if codes:
        for pk, code in Customer.objects.filter(credit_code__in=codes).values_list("pk", "credit_code"):
            yield f"credit_code:{code}", pk


def _by_phone(phones: Collection[str]) -> Iterator[tuple[str, int]]:
    """Whoever has one of these phones, themselves or through a contact."""
    if not phones:
        return
    customers = Customer.objects.filter(_holds(phones, "phone", "phone2")).order_by("id")
    for pk, *own in customers.values_list("pk", "phone", "phone2"):
        yield from ((f"phone:{phone}", pk) for phone in own if phone in phones)
    contacts = Contact.objects.filter(_holds(phones, "mobile", "phone")).order_by("id")
    for pk, *own in contacts.values_list("customer_id", "mobile", "phone"):
        yield from ((f"phone:{phone}", pk) for phone in own if phone in phones)


def _holds(phones: Collection[str], *fields: str) -> Q:
    """`field != ""` is said too: by that the planner knows the index that leaves out those without a phone."""
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__in": phones}) & ~Q(**{field: ""})
    return found


def _by_name(names: Collection[str]) -> Iterator[tuple[str, int]]:
    if not names:
        return
    spelt = {pinyin_key(spelling) for name in names for spelling in spellings(name)}
    rows = Customer.objects.filter(name_key__in=spelt).exclude(kind=Kind.PERSON).order_by("id")
    for pk, name in rows.values_list("pk", "name"):
        if (plain := plain_name(name)) in names:
            yield f"name:{plain}", pk


def _code(raw: str) -> str:
    try:
        return str(check_credit_code(raw)) if raw.strip() else ""
    except BadText:
        return ""


def _e164(raw: str) -> str:
    try:
        return str(normalise_phone(raw).e164) if raw.strip() else ""
    except BadText:
        return ""


def _same_code(raw: str) -> Iterable[int]:
    code = _code(raw)
    return Customer.with_bin.filter(credit_code=code).values_list("pk", flat=True) if code else ()


def _same_phone(raw: str) -> Iterable[int]:
    if not (phone := _e164(raw)):
        return ()
    customers = search.matching_ids(system(), records.get("customer"), phone, limit=MOST_SIMILAR)
    contacts = search.matching_ids(system(), records.get("contact"), phone, limit=MOST_SIMILAR)
    through = Contact.objects.filter(pk__in=contacts).values_list("customer_id", flat=True)
    return [*customers, *through]


def _alike(name: str) -> list[int]:
    core = name_core(name) if name.strip() else ""
    if len(core) < 2:
        return []
    customer = records.get("customer")
    ids = set(search.matching_ids(system(), customer, core, limit=_CANDIDATES))
    if len(ids) < MOST_SIMILAR and core[:2] != core and not core.isascii():
        ids |= set(search.matching_ids(system(), customer, core[:2], limit=_CANDIDATES))
    names = Customer.objects.filter(pk__in=ids).values_list("pk", "name", "short_name")
    scored = [(max(likeness(name, known), likeness(name, short) if short else 0), pk) for pk, known, short in names]
    return [pk for score, pk in sorted(scored, reverse=True) if score >= ALIKE][:MOST_SIMILAR]
