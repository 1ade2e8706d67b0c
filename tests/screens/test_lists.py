"""Lists of any record type: who sees which rows, filters in the address, paging, cells in place, many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.models import Role
from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.surface.screens import lists

DEALS = "/acme/opportunities/"
CUSTOMERS = "/acme/customers/"
XSS = "<img src=x onerror=alert(1)>"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def names_in(response: Any) -> list[str]:
    """The names in the first column, in order."""
    return re.findall(r'<td class="name"[^>]*><a href="[^"]*">([^<]*)</a>', text_of(response))


@pytest.fixture
def field_rule(acme: Any) -> Callable[..., None]:
    """`field_rule("salesperson", "opportunity.amount", inside="hidden")`: a role sees less of one field."""

    def give(role: str, field: str, **rule: str) -> None:
        with company_scope(acme), writing("accounts"):
            Role.objects.filter(key=role).update(field_rules={field: rule})

    return give


def test_a_list_shows_only_what_the_person_may_see(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any
) -> None:
    new_deal("糊盒机伺服升级")
    new_deal("鲍勃的项目", by=bob)
    page = as_alice.get(DEALS)
    assert names_in(page) == ["糊盒机伺服升级"]
    assert "鲍勃" not in text_of(page)


def test_a_stranger_finds_nothing_here(
    client: Client, dan: Any, login: Any, new_deal: Callable[..., Opportunity]
) -> None:
    deal = new_deal("糊盒机伺服升级")
    stranger = login(client, dan)
    for address in (DEALS, f"{DEALS}{deal.pk}", f"{DEALS}{deal.pk}/edit", f"{DEALS}new", f"{DEALS}options?q=糊"):
        answer = stranger.get(address)
        assert answer.status_code == 404, address
        assert "糊盒机" not in text_of(answer)
    assert stranger.get(f"/other/opportunities/{deal.pk}").status_code == 404


def test_three_rows_cost_as_many_queries_as_one(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    counts = []
    for many in (1, 2):
        for n in range(many):
            new_deal(f"商机 {many} {n}", amount=100 + n)
        as_alice.get(DEALS)
        with CaptureQueriesContext(connection) as queries:
            assert as_alice.get(DEALS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_text_that_people_typed_is_never_markup(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    deal = new_deal(XSS, customer=f"{XSS}客户")
    for address in (
        DEALS,
        f"{DEALS}{deal.pk}",
        f"{DEALS}{deal.pk}/edit",
        f"{DEALS}{deal.pk}?peek=1",
        f"{DEALS}?q={XSS}",
    ):
        page = text_of(as_alice.get(address))
        assert "<img src=x" not in page, address


def test_filters_of_the_address_narrow_the_list_and_stand_as_chips(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    new_deal("大单", amount=500_000)
    new_deal("小单", amount=800)
    page = as_alice.get(f"{DEALS}?amount__gte=10万&stage={stages['first'].pk}")
    assert names_in(page) == ["大单"]
    chips = re.findall(r'<span class="chip on">(.*?)</span>', text_of(page), re.DOTALL)
    assert len(chips) == 2
    assert any("100,000" in chip for chip in chips)


def test_a_date_may_be_a_word(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    today = clock.today()
    new_deal("晚了", closes_on=today - timedelta(days=3))
    new_deal("快了", closes_on=today + timedelta(days=3))
    new_deal("还早", closes_on=today + timedelta(days=30))
    new_deal("没定")
    assert names_in(as_alice.get(f"{DEALS}?closes_on=overdue")) == ["晚了"]
    assert names_in(as_alice.get(f"{DEALS}?closes_on=next7d")) == ["快了"]
    assert names_in(as_alice.get(f"{DEALS}?closes_on=none")) == ["没定"]
    assert set(names_in(as_alice.get(f"{DEALS}?closes_on__gte={today}"))) == {"快了", "还早"}


def test_filters_are_chosen_on_a_page_of_their_own_or_in_the_menu(
    as_alice: Client, new_deal: Callable[..., Opportunity]
) -> None:
    new_deal("糊盒机伺服升级")
    page = text_of(as_alice.get(f"{DEALS}filters?state=open&sort=name"))
    assert "<html" in page
    assert '<input type="hidden" name="sort" value="name">' in page
    assert '<option value="state" selected' in page
    assert re.search(r'name="c.0.0.v" value="open" checked', page)
    part = text_of(as_alice.get(f"{DEALS}filters", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert '<option value="closes_on"' in part


def test_an_unknown_filter_is_said_in_words_and_left_out(
    as_alice: Client, new_deal: Callable[..., Opportunity]
) -> None:
    new_deal("糊盒机伺服升级")
    page = as_alice.get(f"{DEALS}?nonsense=1&amount=viel")
    assert page.status_code == 200
    assert names_in(page) == ["糊盒机伺服升级"]
    assert "nonsense" in text_of(page)
    assert text_of(page).count('data-tone="warn"') >= 2


@pytest.mark.parametrize(
    "value",
    [
        "\x00",
        "x" * 65_000,
        "\ud800",
        "‮evil",
        "-1",
        "9" * 40,
        "1e400",
        "NaN",
        "{}",
        "[]",
        "' OR 1=1 --",
        "%00",
        "2026-13-45",
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_no_parameter_breaks_a_list(as_alice: Client, stages: dict[str, Any], value: str) -> None:
    names = [
        "q",
        "sort",
        "after",
        "view",
        "columns",
        "mine",
        "amount__gte",
        "amount",
        "closes_on",
        "stage",
        "owner",
        "state",
    ]
    for name in names:
        safe = value.encode("utf-8", "replace").decode()
        answer = as_alice.get(DEALS, {name: safe})
        assert answer.status_code in (200, 400, 404, 422), (name, answer.status_code)


def test_paging_by_the_last_row_shows_every_row_once(
    as_alice: Client, new_deal: Callable[..., Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    amounts = [300, None, 100, None, 200]
    for n, amount in enumerate(amounts):
        new_deal(f"单 {n}", **({} if amount is None else {"amount": amount}))
    for sort in ("amount", "-amount", "name", "-updated_at", "closes_on", "-closes_on"):
        seen, address = [], f"{DEALS}?sort={sort}"
        for _page in range(4):
            page = as_alice.get(address)
            seen += names_in(page)
            more = re.search(r'hx-get="([^"]*fragment=rows[^"]*)"', text_of(page))
            if more is None:
                break
            address = DEALS + more[1].replace("&amp;", "&")
            rows = as_alice.get(address, headers={"HX-Request": "true"})
            assert "<html" not in text_of(rows)
            address = address.replace("&fragment=rows", "")
        assert sorted(seen) == sorted({f"单 {n}" for n in range(5)}), sort


def test_rows_without_an_amount_come_last_both_ways(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    new_deal("没有日期")
    new_deal("早", closes_on=clock.today())
    new_deal("晚", closes_on=clock.today() + timedelta(days=5))
    assert names_in(as_alice.get(f"{DEALS}?sort=closes_on")) == ["早", "晚", "没有日期"]
    assert names_in(as_alice.get(f"{DEALS}?sort=-closes_on")) == ["晚", "早", "没有日期"]


def test_a_hidden_field_is_nowhere(
    as_alice: Client, new_deal: Callable[..., Opportunity], field_rule: Callable[..., None]
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=Decimal("417236"))
    shown = text_of(as_alice.get(f"{DEALS}?sort=-amount"))
    assert "417,236" in shown
    field_rule("salesperson", "opportunity.amount", inside="hidden")
    for address in (
        DEALS, f"{DEALS}?columns=name&columns=amount", f"{DEALS}?amount__gte=1", f"{DEALS}?sort=-amount",
        f"{DEALS}{deal.pk}", f"{DEALS}{deal.pk}?peek=1", f"{DEALS}{deal.pk}/edit", f"{DEALS}board",
        "/acme/", f"{DEALS}{deal.pk}/win",
    ):  # fmt: skip
        page = text_of(as_alice.get(address))
        leaked = re.search(r".{60}(417,?236|41\.7).{40}", page)
        assert not leaked, (address, leaked and leaked[0])
        assert 'name="amount"' not in page or address.endswith("/win"), address
    filtered = as_alice.get(f"{DEALS}?amount__gte=999999")
    assert names_in(filtered) == ["糊盒机伺服升级"], "a hidden field must not narrow the list"


def test_a_masked_field_shows_its_mask_and_cannot_be_filtered_by(
    as_alice: Client, inside: Any, alice: Any, field_rule: Callable[..., None]
) -> None:
    with inside():
        customers.create(actor=alice, values={"name": "台州联众", "phone": "13805762214"})
    field_rule("salesperson", "customer.phone", inside="masked")
    page = text_of(as_alice.get(f"{CUSTOMERS}?columns=name&columns=phone"))
    assert "2214" in page or "****" in page
    assert "05762214" not in page
    assert "0576 2214" not in page


def test_a_cell_is_changed_in_place_with_one_event_and_can_be_taken_back(
    as_alice: Client, new_deal: Callable[..., Opportunity], inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    cell = f"{DEALS}{deal.pk}/cell/amount"
    editor = text_of(as_alice.get(f"{cell}?edit=1"))
    assert 'name="amount"' in editor
    assert f'name="seen" value="{deal.version}"' in editor
    answer = as_alice.post(cell, {"amount": "2.5万", "seen": deal.version}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "25,000" in text_of(answer)
    assert "undo" in answer.headers["HX-Trigger"]
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).amount == 25_000
        event = Event.objects.get(name="opportunity.edit", subject_id=deal.pk)
    back = as_alice.post(f"{DEALS}{deal.pk}/undo/{event.pk}")
    assert back.status_code == 302
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).amount == 100


def test_a_wrong_value_stays_in_its_cell_with_the_sentence(
    as_alice: Client, new_deal: Callable[..., Opportunity], inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    answer = as_alice.post(f"{DEALS}{deal.pk}/cell/amount", {"amount": "很多很多", "seen": deal.version})
    assert answer.status_code == 422
    assert 'value="很多很多"' in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).amount == 100


def test_a_cell_of_a_record_that_one_only_reads_has_no_editor(
    client: Client, carol: Any, login: Any, new_deal: Callable[..., Opportunity], inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    reader = login(client, carol)
    assert "data-edit" not in text_of(reader.get(DEALS))
    answer = reader.post(f"{DEALS}{deal.pk}/cell/amount", {"amount": "5"})
    assert answer.status_code in (403, 404)
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).amount == 100


def test_many_are_changed_at_once_with_one_event_each(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any, inside: Any
) -> None:
    mine = [new_deal(f"单 {n}") for n in range(3)]
    his = new_deal("鲍勃的", by=bob)
    picked = [deal.pk for deal in (*mine, his)]
    form = as_alice.post(f"{DEALS}bulk", {"do": "edit", "picked": picked})
    assert form.status_code == 200
    assert text_of(form).count('name="picked"') == 4
    result = as_alice.post(
        f"{DEALS}bulk",
        {"do": "edit", "_run": "1", "picked": picked, "_change": "note", "note": "年底前", "name": "不改"},
    )
    assert result.status_code == 302, "one of them was not visible, so the result is shown"
    assert "鲍勃的" not in text_of(as_alice.get(result["Location"]))
    with inside():
        assert set(Opportunity.objects.filter(note="年底前").values_list("pk", flat=True)) == {d.pk for d in mine}
        assert Opportunity.objects.filter(name="不改").count() == 0
        assert Event.objects.filter(name="opportunity.edit").count() == 3


def test_many_go_to_the_bin_at_once(
    client: Client, mia: Any, login: Any, new_deal: Callable[..., Opportunity], inside: Any
) -> None:
    deals = [new_deal(f"单 {n}") for n in range(2)]
    answer = login(client, mia).post(f"{DEALS}bulk", {"do": "delete", "_run": "1", "picked": [d.pk for d in deals]})
    assert answer.status_code == 302
    with inside():
        assert Opportunity.objects.count() == 0
        assert Opportunity.with_bin.count() == 2


def test_chosen_columns_are_remembered(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    new_deal("糊盒机伺服升级", amount=123)
    chosen = text_of(as_alice.get(f"{DEALS}?columns=name&columns=amount"))
    head = re.search(r"<thead>.*?</thead>", chosen, re.DOTALL)
    assert head is not None
    assert head[0].count("<th ") == 3
    again = re.search(r"<thead>.*?</thead>", text_of(as_alice.get(DEALS)), re.DOTALL)
    assert again is not None
    assert again[0].count("<th ") == 3


def test_an_empty_list_says_what_to_do_first(
    as_alice: Client, client: Client, carol: Any, login: Any, stages: Any
) -> None:
    assert f'href="{DEALS}new"' in text_of(as_alice.get(DEALS))
    page = text_of(login(Client(), carol).get(DEALS))
    assert 'class="empty"' in page
    assert f'href="{DEALS}new"' not in page


def test_a_picker_offers_only_what_is_visible(as_alice: Client, inside: Any, alice: Any, bob: Any) -> None:
    with inside():
        mine = customers.create(actor=alice, values={"name": "苏州恒力精密"}).record
        customers.create(actor=bob, values={"name": "苏州别人家"})
    found = text_of(as_alice.get(f"{CUSTOMERS}options?q=苏州"))
    assert f'data-value="{mine.pk}"' in found
    assert "别人家" not in found
    with inside():
        assert Customer.objects.count() == 2


def test_filters_left_empty_do_not_stay_in_the_address(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    new_deal("糊盒机伺服升级")
    answer = as_alice.get(f"{DEALS}?state=&amount__gte=&q=&sort=name")
    assert answer.status_code == 302
    assert answer.url == f"{DEALS}?sort=name"


def test_a_list_reads_only_the_columns_it_shows(as_alice: Client, new_deal: Callable[..., Opportunity]) -> None:
    new_deal("糊盒机伺服升级")
    with CaptureQueriesContext(connection) as queries:
        as_alice.get(f"{DEALS}?columns=name&columns=amount")
    (rows,) = [one["sql"] for one in queries if "LIMIT 51" in one["sql"] and "ORDER BY" in one["sql"]]
    assert '"amount"' in rows
    assert '"note"' not in rows


def test_a_date_that_has_passed_is_marked_while_the_thing_is_open(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any, alice: Any
) -> None:
    gone, ahead = clock.today() - timedelta(days=9), clock.today() + timedelta(days=9)
    late, won = new_deal("还开着", closes_on=gone), new_deal("已经赢了", closes_on=gone)
    new_deal("还早", closes_on=ahead)
    new_deal("没有日子")
    with inside():
        opportunities.win(won, actor=alice)
    for chosen in ("", "?columns=name&columns=closes_on"):
        page = text_of(as_alice.get(f"{DEALS}{chosen}"))
        assert page.count('<span class="t-bad">') == 1
        row = page.partition(f'data-key="{late.pk}"')[2].partition("</tr>")[0]
        assert "t-bad" in row
        assert "逾期 9 天" in row
    assert '<span class="t-bad">' in text_of(as_alice.get(f"{DEALS}{late.pk}"))
    assert '<span class="t-bad">' not in text_of(as_alice.get(f"{DEALS}{won.pk}"))


def test_a_tab_that_is_not_there_any_more_is_told(as_alice: Client) -> None:
    """Else the whole list would stand under the name of a view, and be edited as one."""
    assert "这里已经没有“v999”这个标签页。" in text_of(as_alice.get(f"{CUSTOMERS}?view=v999"))
    for address in ("?view=all", "?view=pool", "?city=%E8%8B%8F%E5%B7%9E"):
        assert "这个标签页" not in text_of(as_alice.get(CUSTOMERS + address))
