"""The demonstration's names are believable, unique, valid by our own rules and always the same."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import pytest

from gucang.demo import words
from gucang.demo.names import NameGenerator, spoken_amount
from gucang.kernel.text import check_credit_code, normalise_phone

STAGES = ["lead", "needs", "quote", "talks", "won", "lost", "care", "service"]


def test_the_same_seed_gives_the_same_names_however_they_are_asked_for() -> None:
    at_once = list(NameGenerator(7).companies(9_000))
    generator = NameGenerator(7)
    generator.person()
    assert [generator.company() for _ in range(20)] == at_once[:20]
    assert list(generator.companies(8_980)) == at_once[20:]
    assert list(NameGenerator(8).companies(20)) != at_once[:20]


def test_no_company_name_comes_twice() -> None:
    names = [company.name for company in NameGenerator(1).companies(150_000)]
    assert len(set(names)) == len(names)


def test_every_city_and_industry_has_brands_enough_for_two_million_companies() -> None:
    two, three = words.brands()
    brands = len(two) + len(two) // 3
    busiest_city = max(city.weight for city in words.cities()) / sum(city.weight for city in words.cities())
    shares = [industry.weight for industry in words.industries()]
    expected = 2_000_000 * busiest_city * max(shares) / sum(shares)
    assert expected * 1.2 < brands
    assert len(three) > len(two) // 3


def test_a_brand_with_its_industry_reads_in_one_way_only() -> None:
    industries = {industry.name for industry in words.industries()}
    ends = set(words.words("companies.txt", "third"))
    assert not [name for name in industries if name[0] in ends and name[1:] in industries]
    assert len(industries) == len(words.industries())


def test_a_company_name_has_city_brand_industry_and_form_and_no_famous_brand() -> None:
    famous = words.words("companies.txt", "famous")
    for company in NameGenerator(2).companies(3_000):
        assert company.city in company.name
        assert company.name.endswith("公司")
        assert company.short_name[:2] in company.name
        assert company.city_code[:2] == company.province_code[:2]
        assert not company.short_name.startswith(famous)
        assert 9 <= len(company.name) <= 24


def test_places_cover_the_mainland_with_codes_of_six_digits() -> None:
    cities = words.cities()
    assert len({city.province_code for city in cities}) == 31
    assert len({city.code for city in cities}) == len(cities) >= 120
    assert len({city.name for city in cities}) == len(cities)
    assert all(re.fullmatch(r"\d{4}00", city.code) for city in cities)
    without = [city.name for city in cities if not city.districts]
    # These two cities have no districts.
    assert without == ["东莞", "中山"]


def test_codes_numbers_and_addresses_pass_our_own_checks() -> None:
    generator = NameGenerator(3)
    for company in generator.companies(300):
        assert check_credit_code(generator.credit_code(company))[2:8] == company.city_code
        contact = generator.contact(company)
        assert normalise_phone(contact.mobile).kind == "mobile"
        assert re.fullmatch(r"[a-z]+@[a-z]+\.example\.com", contact.email)
        assert contact.addressed.startswith(contact.person.surname)
        address = generator.address(company)
        assert address.startswith(company.province)
        assert company.district in address
        assert "上海市上海" not in address


def test_landlines_of_every_city_have_a_length_that_exists_there() -> None:
    generator = NameGenerator(3)
    for city in words.cities():
        at_home = generator.company()._replace(city_code=city.code)
        assert normalise_phone(generator.landline(at_home)).kind == "fixed", city.name


def test_people_have_the_usual_surnames_and_names_of_their_time() -> None:
    generator = NameGenerator(4)
    people = [generator.person() for _ in range(4_000)]
    common = [surname for surname, _ in Counter(person.surname for person in people).most_common(3)]
    assert set(common) == {"王", "李", "张"}
    assert len({person.name for person in people}) > 2_500
    assert generator.person("female", 1960).name[-2:] in words.words("people.txt", "female 1960")
    assert not set(words.words("people.txt", "male 2000")) & set(words.words("people.txt", "male 1960"))


def test_products_have_codes_models_and_prices_that_make_sense() -> None:
    products = NameGenerator(5).products(300)
    assert len(products) == len({product.code for product in products}) == len({p.model for p in products}) == 300
    assert all(0 < product.cost < product.price for product in products)
    assert len({product.family for product in products}) == len(words.families())
    assert not [product.model for product in products if re.search(r"[#*]", product.model)]


def test_there_are_enough_sentences_of_every_kind() -> None:
    templates = words.follow_ups()
    assert len({template.note for template in templates}) == len(templates) >= 150
    assert {template.stage for template in templates} == set(STAGES)
    assert {template.channel for template in templates} == {"call", "visit", "message", "mail"}
    assert {template.outcome for template in templates} == {"good", "open", "bad"}
    sentences = words.sections("sentences.txt")
    assert len(set(sentences["coaching"])) >= 30
    assert len(set(sentences["tasks"])) >= 30
    assert len(set(sentences["loss_reasons"])) >= 12
    assert len(set(sentences["opportunities"])) >= 12


@pytest.mark.parametrize("stage", STAGES)
def test_every_follow_up_has_its_slots_filled(stage: str) -> None:
    generator = NameGenerator(6)
    product = generator.products(1)[0]
    for turn in range(200):
        text = generator.follow_up(stage, "王工", product=product if turn % 2 else None, amount=350_000)
        assert not re.search(r"[{}]", text.note + text.next_step)
        assert 6 <= len(text.note) <= 90
        if text.outcome == "good":
            assert not text.note.startswith("丢单")


def test_a_follow_up_can_be_asked_for_by_outcome() -> None:
    generator = NameGenerator(6)
    assert {generator.follow_up("quote", "李经理", outcome="bad").outcome for _ in range(20)} == {"bad"}
    with pytest.raises(ValueError, match="nowhere"):
        generator.follow_up("nowhere", "李经理")


def test_the_other_sentences_have_their_slots_filled() -> None:
    generator = NameGenerator(9)
    company = generator.company()
    texts = [generator.coaching("王工") for _ in range(100)]
    texts += [generator.task(company, "王工") for _ in range(100)]
    texts += [generator.opportunity_name(company) for _ in range(100)]
    texts += [generator.loss_reason() for _ in range(50)]
    assert not [text for text in texts if re.search(r"[{}]", text)]
    assert len(set(texts)) > 100


def test_amounts_are_spoken_in_wan() -> None:
    assert [spoken_amount(yuan) for yuan in (350_000, 12_000, 8_600)] == ["35万", "1.2万", "8600元"]


def test_a_generator_is_asked_in_pieces_without_losing_any() -> None:
    generator = NameGenerator(10)
    pieces = [company for _ in range(5) for company in islice(generator.companies(3), 3)]
    assert pieces == list(NameGenerator(10).companies(15))
