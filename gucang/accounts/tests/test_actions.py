"""Members, departments, roles, tokens: what may be done, and what is refused with which sentence."""

from __future__ import annotations


def test_personas_stand_in_two_companies(scope, alice, dan):
    assert alice.company_id == scope.pk
    assert dan.company_id != scope.pk


def test_x(scope, alice):
    pass
