"""Believable Chinese names and sentences for the demonstration and for measuring, the same for the same seed.

Nothing is taken from real records. A generated company name may by chance be that of a small real company;
famous brands are left out. China reserves no telephone numbers for fiction: mobile numbers come from blocks of
the youngest prefixes and landlines begin with 555; nothing here is ever called. E-mail addresses end in
``example.com``, which is reserved.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from gucang.demo import words
from gucang.kernel.text.codes import make_credit_code
from gucang.kernel.text.phones import BadPhone, normalise_phone
from gucang.kernel.text.pinyin import pinyin_key, readings

MAX_COMPANIES = 2_000_000
_CHUNK = 4_096


class CompanyName(NamedTuple):
    """One company as ``companies`` yields it; codes are six digits of GB/T 2260, the district may be ``""``."""

    name: str
    short_name: str
    industry: str
    province_code: str
    province: str
    city_code: str
    city: str
    district: str


@dataclass(frozen=True)
class Person:
    """A person's name with what it was made for: ``gender`` male or female, the decade of birth."""

    name: str
    surname: str
    gender: str
    decade: int


@dataclass(frozen=True)
class ContactDetails:
    """A contact at a company: ``addressed`` is how colleagues speak of them (李经理, 王工)."""

    person: Person
    title: str
    addressed: str
    decides: bool
    mobile: str
    landline: str
    email: str


@dataclass(frozen=True)
class Product:
    """A product for sale: prices in whole yuan without tax, ``cost`` what the trader pays."""

    code: str
    name: str
    model: str
    family: str
    unit: str
    price: int
    cost: int


@dataclass(frozen=True)
class FollowUpText:
    """A note of a call, visit, message or mail, its outcome (good, open, bad) and the next step or ``""``."""

    channel: str
    outcome: str
    note: str
    next_step: str


_FORMS = ("有限公司",) * 14 + ("股份有限公司", "有限责任公司")
_MOBILE_PREFIXES = ("190", "192", "196", "197")
_DECADES = ((1960, 10), (1970, 26), (1980, 38), (1990, 24), (2000, 2))


class NameGenerator:
    """Endless names, people, products and sentences; the same seed gives the same ones in the same order.

    Each kind has its own source of randomness, so that asking for more of one does not change another.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sources: dict[str, random.Random] = {}
        two, three = words.brands()
        shuffle = self._source("brands")
        self._brands = [*two, *shuffle.sample(three, len(two) // 3)]
        shuffle.shuffle(self._brands)
        self._used: dict[int, int] = {}

    def _source(self, kind: str) -> random.Random:
        if kind not in self._sources:
            self._sources[kind] = random.Random(f"{self._seed} {kind}")
        return self._sources[kind]

    # --- companies ---------------------------------------------------------------------------------

    def companies(self, count: int) -> Iterator[CompanyName]:
        """The next ``count`` companies; no name comes twice from one generator, up to 2,000,000 names."""
        city_source, industry_source = self._source("cities"), self._source("industries")
        cities, industries = words.cities(), words.industries()
        city_shares = list(accumulate(city.weight for city in cities))
        industry_shares = list(accumulate(industry.weight for industry in industries))
        left = count
        while left > 0:
            size = min(left, _CHUNK)
            left -= size
            yield from self._chunk(
                city_source.choices(range(len(cities)), cum_weights=city_shares, k=size),
                industry_source.choices(range(len(industries)), cum_weights=industry_shares, k=size),
            )

    def _chunk(self, city_places: Sequence[int], industry_places: Sequence[int]) -> Iterator[CompanyName]:
        """One company for each pair; a city and industry takes its brands in turn, so that no name repeats."""
        cities, industries, brands, used = words.cities(), words.industries(), self._brands, self._used
        brand_count, industry_count = len(brands), len(industries)
        for city_place, industry_place in zip(city_places, industry_places, strict=True):
            pair = city_place * industry_count + industry_place
            turn = used.get(pair, 0)
            if turn == brand_count:
                raise ValueError(f"more than {MAX_COMPANIES} company names asked of one generator")
            used[pair] = turn + 1
            # 7919 is prime: each pair begins elsewhere in the shuffled brands.
            brand = brands[(pair * 7919 + turn) % brand_count]
            city, industry = cities[city_place], industries[industry_place]
            form = _FORMS[(pair + turn * 7) % 16]
            if (pair + turn) % 19:
                name = city.name + brand + industry.name + form
            else:
                name = f"{brand}（{city.name}）{industry.name}{form}"
            districts = city.districts
            yield CompanyName(
                name,
                brand + industry.short,
                industry.branch,
                city.province_code,
                city.province,
                city.code,
                city.name,
                districts[(pair * 31 + turn) % len(districts)] if districts else "",
            )

    def company(self) -> CompanyName:
        """The next company."""
        return next(self.companies(1))

    def credit_code(self, company: CompanyName) -> str:
        """A valid unified social credit code of the company's city."""
        return make_credit_code(self._source("credit codes"), company.city_code)

    def address(self, company: CompanyName) -> str:
        """A street address in the company's district, with province and city."""
        source = self._source("addresses")
        street = source.choice(words.words("people.txt", "streets"))
        place = company.province if company.city == company.province[:-1] else f"{company.province}{company.city}市"
        number = f"{street}{source.randrange(1, 1299)}号"
        if source.random() < 0.35:
            park = source.choice(words.words("people.txt", "parks"))
            number = f"{park}{number}{source.randrange(1, 19)}栋"
        return f"{place}{company.district}{number}"

    # --- people ------------------------------------------------------------------------------------

    def person(self, gender: str = "", decade: int = 0) -> Person:
        """A person; without ``gender`` (male, female) or ``decade`` of birth (1960 to 2000) by usual shares."""
        source = self._source("people")
        names, shares = words.surnames()
        surname = source.choices(names, shares)[0]
        gender = gender or source.choices(("male", "female"), (58, 42))[0]
        if not decade:
            decade = source.choices([year for year, _ in _DECADES], [share for _, share in _DECADES])[0]
        given = source.choice(words.words("people.txt", f"{gender} {decade}"))
        return Person(surname + given, surname, gender, decade)

    def mobile(self) -> str:
        """A valid mobile number of eleven digits from blocks that are unlikely to be in use."""
        source = self._source("mobiles")
        return f"{source.choice(_MOBILE_PREFIXES)}00{source.randrange(1_000_000):06}"

    def landline(self, company: CompanyName) -> str:
        """A landline with the city's area code, ``0512-55501234``."""
        area_code = next(city.area_code for city in words.cities() if city.code == company.city_code)
        return f"{area_code}-{_exchange(area_code)}{self._source('landlines').randrange(10_000):04}"

    def email(self, person: Person, company: CompanyName) -> str:
        """``zhangwei@henglijingji.example.com``."""
        user = "".join(char for char in pinyin_key(person.name, person=True) if char.isalpha())
        host = "".join((readings(char) or ("",))[0] for char in company.short_name)
        return f"{user}@{host}.example.com"

    def contact(self, company: CompanyName) -> ContactDetails:
        """A contact of the company with title, numbers and e-mail."""
        titles = words.titles()
        title = self._source("titles").choices(titles, [title.weight for title in titles])[0]
        person = self.person(decade=self._source("titles").choice((1960, 1970, 1980)) if title.decides else 0)
        return ContactDetails(
            person,
            title.name,
            person.surname + title.address,
            title.decides,
            self.mobile(),
            self.landline(company),
            self.email(person, company),
        )

    # --- products ----------------------------------------------------------------------------------

    def products(self, count: int) -> list[Product]:
        """``count`` products of an automation trader; no code and no model comes twice in one list."""
        source, families = self._source("products"), words.families()
        found: dict[str, Product] = {}
        for turn in range(count * 50):
            if len(found) == count:
                break
            product = self._product(source, families[turn % len(families)], len(found) + 1)
            found.setdefault(product.model, product)
        return list(found.values())

    @staticmethod
    def _product(source: random.Random, family: words.Family, number: int) -> Product:
        place = source.randrange(len(family.sizes))
        size = family.sizes[place]
        model = "".join(str(source.randrange(1, 10)) if char == "#" else char for char in family.model)
        model = model.replace("*", "".join(char for char in size if char.isascii() and char.isalnum()).upper())
        # The larger the size the dearer, on a scale that multiplies, with a tenth of chance.
        share = (place + source.random()) / len(family.sizes)
        price = round(family.low * (family.high / family.low) ** share * source.uniform(0.95, 1.05))
        cost = round(price * source.uniform(0.62, 0.78))
        name = f"{source.choice(family.products)} {size}"
        return Product(f"{family.code}{number:04}", name, model, family.name, family.unit, price, cost)

    # --- sentences ---------------------------------------------------------------------------------

    def follow_up(
        self, stage: str, who: str, *, outcome: str = "", product: Product | None = None, amount: int = 0
    ) -> FollowUpText:
        """A note at a ``stage`` (lead, needs, quote, talks, won, lost, care, service) about ``who``.

        ``outcome`` (good, open, bad) is chosen if not given; ``amount`` in yuan and ``product`` fill the slots.
        """
        fitting = _fitting(stage, outcome)
        if not fitting:
            raise ValueError(f"no follow-up for stage {stage!r} and outcome {outcome!r}")
        source = self._source("follow-ups")
        template = source.choice(fitting)
        slots = self._slots(source, who, product, amount)
        return FollowUpText(
            template.channel,
            template.outcome,
            template.note.format_map(slots),
            # The step has its date; a weekday in its words would be another one.
            template.next_step.replace("{day}前", "{day}").format_map({**slots, "day": ""}),
        )

    def coaching(self, who: str, *, product: Product | None = None, amount: int = 0) -> str:
        """A manager's advice on a record."""
        return self._sentence("coaching", who=who, product=product, amount=amount)

    def loss_reason(self) -> str:
        """Why an opportunity was lost."""
        return self._sentence("loss_reasons")

    def opportunity_name(self, company: CompanyName, product: Product | None = None) -> str:
        """A name for an opportunity with the company."""
        return self._sentence("opportunities", company=company, product=product)

    def task(self, company: CompanyName, who: str, product: Product | None = None) -> str:
        """Something to do for the company or the contact ``who``."""
        return self._sentence("tasks", company=company, who=who, product=product)

    def _sentence(
        self,
        heading: str,
        *,
        who: str = "",
        company: CompanyName | None = None,
        product: Product | None = None,
        amount: int = 0,
    ) -> str:
        source = self._source(heading)
        slots = self._slots(source, who, product, amount)
        if company:
            slots |= {"short": company.short_name, "city": company.city}
        return source.choice(words.sections("sentences.txt")[heading]).format_map(slots)

    @staticmethod
    def _slots(source: random.Random, who: str, product: Product | None, amount: int) -> dict[str, str]:
        lists = words.sections("sentences.txt")
        family = source.choice(words.families())
        return {
            "who": who,
            "product": product.name.split(" ")[0] if product else source.choice(family.products),
            "model": product.model if product else f"{family.code}{source.randrange(10, 99)}系列",
            "qty": str(source.choice((2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 48, 60))),
            "amount": spoken_amount(amount or source.randrange(3, 90) * 10_000),
            "day": source.choice(lists["days"]),
            "weeks": source.choice(("两", "三", "四", "六")),
            "percent": str(source.choice((3, 5, 6, 8, 10, 12, 15))),
            "rival": source.choice(lists["rivals"]),
            "project": source.choice(lists["projects"]),
        }


@cache
def _exchange(area_code: str) -> str:
    """The digits before the last four: numbers have eight digits in most cities, seven in some."""
    try:
        normalise_phone(f"{area_code}-55500000")
    except BadPhone:
        return "555"
    return "5550"


def _fitting(stage: str, outcome: str) -> list[words.FollowUpTemplate]:
    return [
        template for template in words.follow_ups() if template.stage == stage and outcome in ("", template.outcome)
    ]


def spoken_amount(yuan: int) -> str:
    """Whole yuan as spoken: ``35万``, ``1.2万``, ``8600元``."""
    if yuan < 10_000:
        return f"{yuan}元"
    return f"{yuan / 10_000:.1f}".removesuffix(".0") + "万"
