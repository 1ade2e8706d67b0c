"""The audit rule about cases that departed: whose it is, and what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gucang.accounts.models import Member
from gucang.audits import wording
from gucang.conformance import night
from gucang.conformance.audit_rules import key_of
from gucang.kernel import clock
from tests.audits.conftest import look_for
from tests.conformance.conftest import START, definition, hours, in_force, log


def test_a_case_that_departed_more_than_once_is_found_with_who_did_it(
    customer: Any, alice: Member, bob: Member
) -> None:
    in_force(definition(["seq", "a", "b", "c", "d"], d={"four_eyes": ["a"]}))
    clean, once, often = customer(), customer(), customer()
    for record, walk in ((clean, "abcd"), (once, "acd"), (often, "ad")):
        for at, step in enumerate(walk):
            log(record, step, hours(at), bob if step in "bd" else alice)
    with clock.at(START + timedelta(days=2)):
        night.run_here("customer")
    found = look_for(key_of("customer"), START + timedelta(days=3))
    assert [(one.about_id, one.member, len(one.evidence)) for one in found] == [(often.pk, bob, 1)]
    assert "2" in wording.sentence(found[0])
    assert "T0" not in wording.sentence(found[0])
    assert look_for(key_of("customer"), START + timedelta(days=60))[0].present is False
