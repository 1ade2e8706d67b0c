"""Somebody who keeps a warehouse."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.accounts.models import Member
from tests.personas import hire


@pytest.fixture
def keeper(scope: Any) -> Member:
    """Kim keeps the warehouse of Acme."""
    return hire("Kim", "warehouse")
