"""Two companies with people, and the API as the administrator of one sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gucang.surface.tests.api_world import World


@pytest.fixture
def world(acme_team: Any, other_team: Any) -> World:
    return World(acme_team.company, {**acme_team.people, **other_team.people})


@pytest.fixture
def api(world: World) -> Client:
    return world.client("adam")
