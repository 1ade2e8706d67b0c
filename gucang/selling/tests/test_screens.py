"""The steps beside a deal."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import loader

from gucang.kernel import clock, records
from gucang.selling import screens
from gucang.selling.actions import opportunities
from gucang.selling.models import LossReason, Opportunity

pytestmark = pytest.mark.usefixtures("scope")


def request_of(member: Any) -> Any:
    return SimpleNamespace(actor=member.as_actor(), base="/acme")


def steps_of(deal: Any, member: Any) -> tuple[dict[str, Any], str]:
    fresh = Opportunity.objects.get(pk=deal.pk)
    context = screens.steps(request_of(member), records.get("opportunity"), fresh)
    return context, loader.get_template("selling/stages.html").render(context)


def test_the_steps_show_where_a_deal_stands_how_to_go_on_and_what_is_missing(alice: Any, new_deal: Any) -> None:
    context, html = steps_of(new_deal(), alice)
    assert [step["state"] for step in context["steps"]] == ["now", "later", "later", "later"]
    assert "弄清谁拍板" in html
    assert "“需求确认”要填联系人" in html


def test_a_deal_that_stands_still_is_marked(alice: Any, new_deal: Any) -> None:
    deal = new_deal()
    with clock.at(clock.now() + timedelta(days=15)):
        context, html = steps_of(deal, alice)
    assert context["steps"][0]["state"] == "late"
    assert "已 15 天，通常不超过 14 天" in html


def test_a_closed_deal_shows_its_end(alice: Any, new_deal: Any) -> None:
    deal = new_deal(amount=5)
    opportunities.lose(deal, actor=alice, reason=LossReason.objects.get(name="时机未到"))
    context, html = steps_of(deal, alice)
    assert [step["state"] for step in context["steps"]] == ["done"] * 4 + ["now"]
    assert "时机未到" in html
