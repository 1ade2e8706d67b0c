"""What a deed finds lacking is filled in together with it: both are done or neither."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from gucang.kernel.actions import gates
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.models import Event
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import Opportunity

BOARD = "/acme/opportunities/board?mine=1"


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def asking(stages: dict[str, Any], inside: Any, adam: Any) -> Any:
    """A stage that asks for an amount and a close date."""
    with inside():
        values = {"required_fields": ["amount", "closes_on"]}
        return pipelines.edit_stage(stages["quote"], actor=adam, values=values).record


@pytest.fixture
def deal(new_deal: Callable[..., Opportunity]) -> Opportunity:
    return new_deal(amount=0)


def now(inside: Any, deal: Opportunity) -> tuple[int, int, list[str]]:
    """Its stage, its amount and what was done to it."""
    with inside():
        held = Opportunity.objects.get(pk=deal.pk)
        deeds = Event.objects.filter(subject_type="opportunity", subject_id=deal.pk).order_by("id")
        return held.stage_id, int(held.amount or 0), [event.name.partition(".")[2] for event in deeds]


def send(client: Client, deal: Opportunity, stage: Any, **values: Any) -> Any:
    return client.post(f"/acme/opportunities/{deal.pk}/move", {"stage": stage.pk, "next": BOARD, **values})


def test_a_refused_drop_leads_to_a_form_that_asks_for_just_that_and_back_to_the_board(
    as_alice: Client, deal: Opportunity, asking: Any, inside: Any
) -> None:
    dropped = as_alice.post(f"/acme/opportunities/{deal.pk}/drop", {"lane": asking.pk, "next": BOARD})
    assert dropped.status_code == 422
    assert f"进入“{asking}”要先填" in text_of(dropped)
    link = re.search(r'href="([^"]*/move\?[^"]*)"', text_of(dropped))
    assert link
    form = text_of(as_alice.get(link[1]))
    assert re.findall(r'name="(amount|closes_on|name|customer)"', form) == ["amount", "closes_on"]
    assert f'<option value="{asking.pk}" selected' in form
    answer = send(as_alice, deal, asking, fill=["amount", "closes_on"], amount="3万", closes_on="2026-12-20")
    assert (answer.status_code, answer["Location"]) == (302, BOARD)
    assert now(inside, deal) == (asking.pk, 30_000, ["create", "edit", "move"])


def test_the_plain_form_comes_back_with_what_it_lacks(
    as_alice: Client, deal: Opportunity, asking: Any, inside: Any
) -> None:
    assert 'name="amount"' not in text_of(as_alice.get(f"/acme/opportunities/{deal.pk}/move"))
    answer = send(as_alice, deal, asking)
    assert answer.status_code == 422
    assert 'name="amount"' in text_of(answer)
    assert f"“{asking}”要先有这一项" in text_of(answer)
    assert now(inside, deal)[2] == ["create"]


def test_what_is_still_lacking_or_wrong_leaves_all_as_it_was_and_keeps_what_was_typed(
    as_alice: Client, deal: Opportunity, asking: Any, stages: dict[str, Any], inside: Any
) -> None:
    before = (stages["first"].pk, 0, ["create"])
    for date in ("", "32号"):
        answer = send(as_alice, deal, asking, fill=["amount", "closes_on"], amount="777", closes_on=date)
        assert answer.status_code == 422
        assert 'value="777"' in text_of(answer)
        assert now(inside, deal) == before


def test_who_may_not_write_the_field_is_told_what_is_lacking_and_fills_in_nothing(
    as_alice: Client, deal: Opportunity, asking: Any, inside: Any, adam: Any, field_hidden: Any
) -> None:
    with inside():
        field_hidden("salesperson", "opportunity.amount")
    answer = send(as_alice, deal, asking, fill=["amount", "closes_on"], amount="9", closes_on="2026-12-20")
    assert answer.status_code == 422
    assert 'name="amount"' not in text_of(answer)
    assert "金额" in text_of(answer)
    assert now(inside, deal)[2] == ["create"]


def test_only_fields_of_the_record_are_filled_in(as_alice: Client, deal: Opportunity, stages: Any, inside: Any) -> None:
    answer = send(as_alice, deal, stages["needs"], fill=["version", "company", "stage_since", "x"], version="99", x="1")
    assert answer.status_code == 302
    assert now(inside, deal) == (stages["needs"].pk, 0, ["create", "move"])


def test_what_was_filled_in_stays_where_the_deed_waits_for_others(
    as_alice: Client, deal: Opportunity, asking: Any, inside: Any, stages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_moves_alone(action: Any, actor: Any, record: Any, params: Any) -> None:
        if action.name == "opportunity.move":
            raise NeedsApproval("何静先看过。")

    monkeypatch.setattr(gates, "_gates", [])
    gates.gate(nobody_moves_alone)
    answer = send(as_alice, deal, asking, fill=["amount", "closes_on"], amount="5", closes_on="2026-12-20")
    assert answer.status_code == 302
    assert now(inside, deal) == (stages["first"].pk, 5, ["create", "edit"])


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(
    as_alice: Client, deal: Opportunity, asking: Any, inside: Any, alice: Any, stages: Any
) -> None:
    with inside():
        opportunities.edit(deal, actor=alice, values={"amount": 8})
    fields = {"fill": ["amount", "closes_on"], "amount": "5", "closes_on": "2026-12-20"}
    answer = send(as_alice, deal, asking, seen=deal.version, **fields)
    assert answer.status_code == 409
    assert now(inside, deal) == (stages["first"].pk, 8, ["create", "edit"])
