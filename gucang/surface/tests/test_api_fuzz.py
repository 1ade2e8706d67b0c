"""Whatever a client sends, the API answers as its document says, and never breaks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gucang.kernel import records
from gucang.surface.api import buckets
from gucang.surface.tests.api_world import API, World

pytestmark = pytest.mark.slow
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 4
# What would end the caller's own token or membership, after which every answer is 401.
ENDS_THE_CALLER = {"token.revoke", "member.leave", "member.sign_out", "member.set_roles", "role.set_rights"}


@pytest.mark.django_db(transaction=True)
def test_no_input_breaks_the_api_and_answers_fit_the_document(
    acme_team: Any, other_team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(acme_team.company, {**acme_team.people, **other_team.people})
    monkeypatch.setattr(buckets, "PER_MINUTE", 10**9)
    client = world.client("adam")
    document = client.get(f"{API}/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.app = WSGIHandler()
    schema.config.update(base_url=f"http://localhost{API}")
    headers = {"Authorization": f"Bearer {world.key('adam')}"}
    tried = 0
    broken: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in ENDS_THE_CALLER:
            continue
        tried += 1
        try:
            _try(operation, headers)
        except FailureGroup as failures:
            broken += [f"{operation.label}: {failure}" for failure in failures.exceptions]
    assert broken == []
    assert tried > 8 * len(list(records.every())) // 2
    assert client.get(f"{API}/me").status_code == 200


def _try(operation: Any, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def once(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    once()
