"""The board: what it shows to whom, and that a drop is the action or a refusal with its sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.kernel import clock
from gucang.kernel.actions import gates
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.models import Event
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import Opportunity
from gucang.surface.boardpage import PER_LANE

BOARD = "/acme/opportunities/board"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def drop(client: Client, deal: Opportunity, lane: Any, **headers: str) -> Any:
    return client.post(f"/acme/opportunities/{deal.pk}/drop", {"lane": lane, "after": ""}, headers=headers)


def stage_of(inside: Any, deal: Opportunity) -> int:
    with inside():
        return int(Opportunity.objects.get(pk=deal.pk).stage_id)


def lane_html(page: str, stage: Any) -> str:
    found = re.search(rf'<section class="lane" data-lane="{stage.pk}".*?</section>', page, re.DOTALL)
    assert found, f"no lane {stage}"
    return found[0]


def test_cards_stand_in_the_lane_of_their_stage_under_its_sum(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any, alice: Any
) -> None:
    first = new_deal("糊盒机伺服升级", customer="嘉兴华盛纸品", amount=120_000)
    moved = new_deal("二期产线改造", amount=180_000)
    with inside():
        opportunities.move(moved, actor=alice, stage=stages["needs"])
    page = text_of(as_alice.get(BOARD))
    begin = lane_html(page, stages["first"])
    assert f'id="card-{first.pk}"' in begin
    assert "嘉兴华盛纸品" in begin
    assert "¥12万" in begin
    assert f'id="card-{moved.pk}"' not in begin
    assert f'id="card-{moved.pk}"' in lane_html(page, stages["needs"])


def test_deals_of_others_are_neither_shown_nor_summed(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any, stages: dict[str, Any]
) -> None:
    new_deal("阀门装配线", amount=48_000)
    hidden = new_deal("起重机变频替换", by=bob, amount=584_000)
    page = text_of(as_alice.get(BOARD))
    assert str(hidden) not in page
    assert "¥48,000" in lane_html(page, stages["first"])
    assert "63.2" not in page


def test_a_drop_is_the_move_and_leaves_one_event(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal()
    assert drop(as_alice, deal, stages["needs"].pk, HX_Request="true").status_code == 204
    assert stage_of(inside, deal) == stages["needs"].pk
    with inside():
        assert Event.objects.filter(name="opportunity.move", subject_id=deal.pk).count() == 1


def test_a_drop_that_ends_a_deal_can_be_taken_back(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal()
    answer = drop(as_alice, deal, stages["won"].pk, HX_Request="true")
    assert answer.status_code == 204
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo_url"]
    assert as_alice.post(undo, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/acme/opportunities/board"
    with inside():
        again = Opportunity.objects.get(pk=deal.pk)
        assert (again.state, again.stage_id, again.closed_on) == ("open", stages["first"].pk, None)


def test_a_refused_drop_answers_the_sentence_and_changes_nothing(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any, adam: Any
) -> None:
    deal = new_deal(amount=0)
    with inside():
        pipelines.edit_stage(stages["quote"], actor=adam, values={"required_fields": ["amount"]})
    response = drop(as_alice, deal, stages["quote"].pk, HX_Request="true")
    assert response.status_code == 422
    assert 'class="refusal' in text_of(response)
    assert "金额" in text_of(response)
    assert "<html" not in text_of(response)
    assert stage_of(inside, deal) == stages["first"].pk


def test_a_drop_that_waits_for_approval_stays_where_it_was_and_says_so(
    as_alice: Client,
    new_deal: Callable[..., Opportunity],
    stages: dict[str, Any],
    inside: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody_moves_alone(action: Any, actor: Any, record: Any, params: Any) -> None:
        if action.name == "opportunity.move":
            raise NeedsApproval("何静先看过。")

    deal = new_deal()
    monkeypatch.setattr(gates, "_gates", [])
    gates.gate(nobody_moves_alone)
    response = drop(as_alice, deal, stages["needs"].pk, HX_Request="true")
    assert response.status_code == 409
    assert "等审批" in text_of(response)
    assert "何静先看过" in text_of(response)
    assert stage_of(inside, deal) == stages["first"].pk


def test_a_drop_that_needs_a_reason_leads_to_the_form(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal()
    response = drop(as_alice, deal, stages["lost"].pk, HX_Request="true")
    assert response.status_code == 409
    assert f'href="/acme/opportunities/{deal.pk}/lose?next=%2Facme%2Fopportunities%2Fboard"' in text_of(response)
    assert stage_of(inside, deal) == stages["first"].pk


def test_who_only_reads_is_offered_no_move_and_is_refused_one(
    client: Client, carol: Any, login: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal()
    login(client, carol)
    page = text_of(client.get(BOARD))
    assert f'id="card-{deal.pk}"' in page
    assert "data-movable" not in page
    assert "data-moves" not in page
    assert drop(client, deal, stages["needs"].pk, HX_Request="true").status_code == 403
    assert stage_of(inside, deal) == stages["first"].pk


def test_a_deal_out_of_sight_cannot_be_dropped(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any, stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal(by=bob)
    assert drop(as_alice, deal, stages["needs"].pk, HX_Request="true").status_code == 404
    assert stage_of(inside, deal) == stages["first"].pk


@pytest.mark.parametrize("lane", ["", "x", "0", "-1", "99999999999999999999", "1\x00", "１", "Ω" * 300])
def test_a_drop_into_no_lane_is_refused_in_words(
    as_alice: Client, new_deal: Callable[..., Opportunity], lane: str, inside: Any, stages: dict[str, Any]
) -> None:
    deal = new_deal()
    response = drop(as_alice, deal, lane, HX_Request="true")
    assert response.status_code == 409
    assert "这一列" in text_of(response)
    assert stage_of(inside, deal) == stages["first"].pk


def test_a_long_lane_shows_its_first_cards_and_gives_the_rest_on_demand(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    deals = [new_deal(f"商机 {n:02}") for n in range(PER_LANE + 3)]
    page = text_of(as_alice.get(BOARD))
    assert page.count("data-card=") == PER_LANE
    more = re.search(r'hx-get="([^"]+)"[^>]* data-more-cards', page)
    assert more, "no way to more cards"
    rest = text_of(as_alice.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}))
    assert rest.count("data-card=") == 3
    assert "data-more-cards" not in rest
    shown = set(re.findall(r'data-card="(\d+)"', page + rest))
    assert shown == {str(deal.pk) for deal in deals}


def test_a_board_drawn_again_keeps_the_cards_that_were_loaded(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    for n in range(PER_LANE + 5):
        new_deal(f"商机 {n:02}")
    first = stages["first"].pk
    for told, cards in ((f"{first}:{PER_LANE + 3}", PER_LANE + 3), (f"{first}:{PER_LANE + 99}", PER_LANE + 5)):
        page = text_of(as_alice.get(BOARD, {"shown": told}, headers={"HX-Request": "true"}))
        assert page.count("data-card=") == cards
    for nonsense in (
        "x",
        ":",
        f"{first}:",
        f"{first}:x",
        f"{first}:-1",
        f"{first}:٣",
        f"{first}:{'9' * 30}",
        f"{first}:1",
    ):
        assert text_of(as_alice.get(BOARD, {"shown": nonsense})).count("data-card=") == PER_LANE


def test_two_hundred_cards_are_a_small_page(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    def add() -> int:
        new_deal("糊盒机伺服升级", customer="嘉兴华盛纸品有限公司", amount=120_000, closes_on=clock.today())
        return len(as_alice.get(BOARD).content)

    alone = add()
    assert alone + 199 * (add() - alone) < 105_000


def test_the_menu_of_a_card_names_the_other_lanes_of_its_own_pipeline(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], adam: Any, inside: Any
) -> None:
    deal = new_deal()
    with inside():
        other = pipelines.create(actor=adam, values={"name": "备件销售", "position": 0}).record
        pipelines.create_stage(actor=adam, values={"pipeline": other, "name": "报个价", "kind": "open"})
    answer = as_alice.get(f"/acme/opportunities/{deal.pk}/moves", headers={"HX-Request": "true"})
    lanes = re.findall(r'data-to="(\d+)"', text_of(answer))
    assert lanes == [str(stage.pk) for name, stage in stages.items() if name != "first"]
    assert "<html" not in text_of(answer)


def test_the_menu_of_a_deal_out_of_sight_is_not_there(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any, stages: dict[str, Any]
) -> None:
    assert as_alice.get(f"/acme/opportunities/{new_deal(by=bob).pk}/moves").status_code == 404


def test_the_board_offers_the_filters_of_the_list_but_for_its_own_lanes(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal, other = new_deal("要找的", customer="嘉兴华盛纸品"), new_deal("别的")
    page = text_of(as_alice.get(BOARD))
    assert re.search(rf'href="{BOARD}/filters\?pipeline=[^"]*" data-filter-open', page)
    menu = text_of(as_alice.get(f"{BOARD}/filters", {"mine": "1"}, headers={"HX-Request": "true"}))
    for name in ("customer", "owner", "closes_on"):
        assert f'<option value="{name}"' in menu
    for name in ("stage", "pipeline"):
        assert f'<option value="{name}"' not in menu
    assert re.search(r'<option value="mine"[^>]* selected', menu), "what is on already is a row of its own"
    with inside():
        customer = Opportunity.objects.get(pk=deal.pk).customer_id
    page = text_of(as_alice.get(BOARD, {"customer": customer, "closes_on": ""}))
    assert f'id="card-{deal.pk}"' in page
    assert f'id="card-{other.pk}"' not in page


@pytest.mark.parametrize("after", ["x", "W10", "W1sxXSwyXQ", "=" * 300])
def test_a_forged_place_in_a_lane_is_answered_in_words(
    as_alice: Client, stages: dict[str, Any], after: str
) -> None:  # fmt: skip
    first = stages["first"].pk
    response = as_alice.get(BOARD, {"lane": first, "after": after}, headers={"HX-Request": "true"})
    assert response.status_code == 422


def test_filters_narrow_cards_and_sums_alike(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    soon = new_deal("快成交的", amount=30_000, closes_on=clock.today())
    later = new_deal("还早的", amount=50_000, closes_on=clock.today() + timedelta(days=200))
    page = text_of(as_alice.get(BOARD, {"closes_on": "today"}))
    lane = lane_html(page, stages["first"])
    assert f'id="card-{soon.pk}"' in lane
    assert f'id="card-{later.pk}"' not in lane
    assert "¥30,000" in lane
    assert "¥80,000" not in lane


def test_another_pipeline_brings_its_own_lanes(
    as_alice: Client, new_deal: Callable[..., Opportunity], adam: Any, inside: Any
) -> None:
    deal = new_deal("老流程上的")
    with inside():
        other = pipelines.create(actor=adam, values={"name": "备件销售", "position": 9}).record
        pipelines.create_stage(actor=adam, values={"pipeline": other, "name": "报个价", "kind": "open"})
    page = text_of(as_alice.get(BOARD))
    assert f"{BOARD}?pipeline={other.pk}" in page
    assert "报个价" not in page
    page = text_of(as_alice.get(BOARD, {"pipeline": other.pk}))
    assert "报个价" in page
    assert f'id="card-{deal.pk}"' not in page


def test_a_card_that_stands_too_long_says_so_in_words(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any, adam: Any, alice: Any
) -> None:
    with inside():
        pipelines.edit_stage(stages["first"], actor=adam, values={"max_days": 5})
    deal, fresh = new_deal("停住的"), new_deal("新来的")
    with clock.at(clock.now() - timedelta(days=9)), inside():
        opportunities.move(deal, actor=alice, stage=stages["needs"])
        opportunities.move(deal, actor=alice, stage=stages["first"])
    page = text_of(as_alice.get(BOARD))
    assert "停了 9 天" in page
    assert page.count("停了") == 1
    assert fresh.name in page


def test_the_board_asks_as_often_for_sixty_deals_as_for_three(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any, alice: Any
) -> None:
    for n in range(3):
        new_deal(f"商机 {n}")
    as_alice.get(BOARD)
    with CaptureQueriesContext(
        connection,
    ) as few:
        as_alice.get(BOARD)
    for n in range(20):
        deal = new_deal(f"更多 {n}")
        with inside():
            opportunities.move(deal, actor=alice, stage=stages[("needs", "quote", "talks")[n % 3]])
    with CaptureQueriesContext(connection) as many:
        as_alice.get(BOARD)
    assert len(many) == len(few)
    assert sum("selling_" in query["sql"] for query in many) == 4


def test_a_type_without_a_board_has_no_board_page(as_alice: Client) -> None:
    assert as_alice.get("/acme/customers/board").status_code == 404
    assert as_alice.get("/acme/nothings/board").status_code == 404
