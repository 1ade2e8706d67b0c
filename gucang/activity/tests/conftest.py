"""Departments stand in for customers, which are above this module: here one may write about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gucang.accounts.models import Department
from gucang.activity import subjects
from gucang.activity.records import attachment, coaching_type, follow_up, task


@pytest.fixture(autouse=True)
def about_departments(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(subjects, "_allowed", ["department"])
    types = (follow_up, task, coaching_type, attachment)
    for record_type in types:
        record_type.__dict__.pop("specs", None)  # the choices of "about" were read before
    yield
    for record_type in types:
        record_type.__dict__.pop("specs", None)


@pytest.fixture(autouse=True)
def file_folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def place(scope: Any) -> Department:
    """The record that is written about."""
    return Department.objects.get(name="销售一组")


@pytest.fixture
def on(place: Department) -> dict[str, Any]:
    """The form's words for "about this record"."""
    return {"about_type": "department", "about_id": place.pk}
