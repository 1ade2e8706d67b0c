"""The form that adds signers: several are ticked at once, and stay ticked when it comes back."""

from __future__ import annotations

from typing import Any

from django.test import Client

from gucang.approvals.models import ApprovalTask
from gucang.kernel.scope import company_scope
from tests.approvals.conftest import waiting_deal
from tests.personas import Team


def test_several_signers_are_ticked_at_once(acme_team: Team, login: Any) -> None:
    people = acme_team.people
    _deal, request = waiting_deal(acme_team, ["mia"])
    mia, url = login(Client(), people["mia"]), f"/acme/approvals/{request}/add_signer"
    bob, carol = people["bob"].pk, people["carol"].pk
    shown = mia.get(url).content.decode()
    for pk in (bob, carol):
        assert f'type="checkbox" name="who" value="{pk}"' in shown
    sent = {"_sent": "who", "who": [bob, carol], "mode": "any"}
    wrong = mia.post(url, sent | {"side": "beneath"})
    assert wrong.status_code == 422
    for pk in (bob, carol):
        assert f'name="who" value="{pk}" checked' in wrong.content.decode()
    assert mia.post(url, sent | {"side": "before"}).status_code == 302
    with company_scope(acme_team.company):
        open_now = ApprovalTask.objects.filter(request=request, open=True)
        assert set(open_now.values_list("member_id", flat=True)) == {bob, carol}
