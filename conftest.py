"""Fixtures for every test of the project."""

from gucang.config.testing import django_db_setup, test_databases

pytest_plugins = ["tests.personas"]

__all__ = ["django_db_setup", "test_databases"]
