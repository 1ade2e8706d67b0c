"""Who gets a copy reads along from the first day, and hears of what was agreed to, also where nobody had to."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.approvals.actions import requests
from gucang.approvals.models import State
from gucang.kernel import reactions, records
from gucang.kernel.errors import Forbidden
from gucang.messages.models import Notification


def copied(*people: Any) -> list[dict[str, Any]]:
    return [{"kind": "person", "id": one.pk} for one in people]


def heard(member: Any) -> int:
    return Notification.objects.filter(kind="approval_copied", member=member).count()


def test_who_gets_a_copy_reads_the_request_and_decides_nothing(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, bob: Any, carol: Any
) -> None:
    policy([mia], copies=copied(carol))
    request = asked(new_deal())
    sees = records.get("approval_request").query
    assert sees(carol.as_actor()).filter(pk=request.pk).exists()
    assert not sees(bob.as_actor()).filter(pk=request.pk).exists()
    with pytest.raises(Forbidden):
        requests.agree(request, actor=carol)


def test_who_gets_a_copy_hears_of_an_agreement_and_of_nothing_else(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, carol: Any
) -> None:
    policy([mia], copies=copied(carol))
    with reactions.at_once():
        refused, agreed = asked(new_deal("一期")), asked(new_deal("二期"))
        requests.refuse(refused, actor=mia, comment="不行")
        assert heard(carol) == 0
        requests.agree(agreed, actor=mia)
    assert heard(carol) == 1


def test_who_gets_a_copy_hears_also_of_what_passed_by_itself(
    scope: Any, policy: Any, new_deal: Any, asked: Any, alice: Any, carol: Any
) -> None:
    policy([alice], same="skip", copies=copied(carol))
    with reactions.at_once():
        request = asked(new_deal())
    assert request.state == State.CARRIED_OUT
    assert heard(carol) == 1
