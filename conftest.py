"""Fixtures for every test of the project."""

import pytest

from gucang.config.testing import django_db_setup, test_databases

pytest_plugins = ["tests.personas"]

__all__ = ["django_db_setup", "test_databases"]


@pytest.fixture(autouse=True)
def nothing_opened_yet() -> None:
    """What is counted in memory would else be written by whichever later test is the next to open a page."""
    from gucang.audits import openings

    openings.drop_pending()
