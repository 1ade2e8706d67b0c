"""A pytest plugin: PostgreSQL always, the schema made by the owner, the tests run as the plain app role.

Migrations run once for each state of the migration files, into a template database; every test process works
in a copy of it, which takes a tenth of a second. The embedded server lives in a folder of its own, so that
tests never touch what a person keeps in var.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql

from gucang.config import environment, roles
from gucang.config.embedded import Server

# Before Django reads its settings: this module is loaded by `-p` in pyproject.toml for that reason.
os.environ["GUCANG_DATA"] = str(environment.CHECKOUT / "var" / "test-pg")
os.environ["GUCANG_PG_FSYNC"] = "off"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("GUCANG_RUN_ID", None)

_PREFIX = "gucang_test_"
_LOCK = 7_305_001


class TestDatabases:
    """The databases of this test process, on the embedded server or on that of GUCANG_TEST_DATABASE_URL."""

    __test__ = False

    def __init__(self, admin: dict[str, Any]) -> None:
        self.admin_parameters = admin
        self.template = f"{_PREFIX}{environment.migrations_digest()[:12]}"
        self.name = f"{self.template}_{os.getpid()}"

    def admin(self) -> psycopg.Connection[Any]:
        return psycopg.connect(**self.admin_parameters, autocommit=True)

    def make(self) -> None:
        """Make the template if it is missing, by migrating as the owner, and this process's copy of it."""
        with self.admin() as admin:
            # One process migrates, the others wait; the number is ours alone on this server.
            admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            roles.ensure_roles(
                admin,
                "postgres",
                app_password=environment.role_password(environment.APP_ROLE),
                owner_password=environment.role_password(environment.OWNER_ROLE),
            )
            self._drop_leftovers(admin)
            if not self._exists(admin, self.template):
                draft = f"{self.template}_new"
                self._drop(admin, draft)
                roles.ensure_database(admin, draft)
                self._migrate(draft)
                # The final name appears only on a template that is whole.
                admin.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(draft), sql.Identifier(self.template)
                    )
                )
            self._copy(admin)

    def renew(self) -> None:
        """Throw this process's database away and copy the template again."""
        with self.admin() as admin:
            self._copy(admin)

    def remove(self) -> None:
        with self.admin() as admin:
            self._drop(admin, self.name)

    def settings(self, role: environment.Role, name: str | None = None) -> dict[str, Any]:
        """Django's words for a connection to `name` (when not given, this process's database) as `role`."""
        user = environment.OWNER_ROLE if role == "owner" else environment.APP_ROLE
        return {
            "NAME": name or self.name,
            "USER": user,
            "PASSWORD": environment.role_password(user),
            "HOST": self.admin_parameters.get("host", ""),
            "PORT": self.admin_parameters.get("port", ""),
        }

    def _copy(self, admin: psycopg.Connection[Any]) -> None:
        self._drop(admin, self.name)
        roles.ensure_database(admin, self.name, template=self.template)

    def _migrate(self, name: str) -> None:
        from django.core.management import call_command
        from django.db import connection

        from gucang.config.states import kept_drawn

        with pointed_to(self.settings("owner", name)), kept_drawn():
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
        words = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        parameters = {words[key]: value for key, value in self.settings("owner", name).items() if value}
        with psycopg.connect(**parameters, autocommit=True) as owner:
            roles.tighten_grants(owner)

    @staticmethod
    def _exists(admin: psycopg.Connection[Any], name: str) -> bool:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    @staticmethod
    def _drop(admin: psycopg.Connection[Any], name: str) -> None:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _drop_leftovers(self, admin: psycopg.Connection[Any]) -> None:
        """Drop databases of test processes that are gone, and templates of older migrations."""
        rows = admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [_PREFIX]
        ).fetchall()
        templates = [name for (name,) in rows if name.count("_") == 2 and name != self.template]
        for (name,) in rows:
            owner = name.rsplit("_", 1)[1]
            if name.count("_") > 2 and owner.isdigit() and not psutil.pid_exists(int(owner)):
                self._drop(admin, name)
        for name in templates[:-2]:
            self._drop(admin, name)


@contextmanager
def pointed_to(settings: dict[str, Any]) -> Iterator[None]:
    """Django's default connection leads elsewhere while the block runs."""
    from django.db import connection

    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(settings)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin each test with a living connection.

    A database that is made anew ends all its connections. Django has one for the loop of a browser and one for
    everything else; whichever made it anew could close its own only, and the other would fail the next test.
    """
    from django.db import connection

    if connection.connection is not None and not connection.is_usable():
        connection.close()


@pytest.fixture(scope="session")
def test_databases() -> Iterator[TestDatabases]:
    """The server and this process's database on it."""
    if url := environment.text("test_database_url"):
        yield TestDatabases(environment.parse_url(url))
        return
    with Server().in_use() as server:
        yield TestDatabases(dict(server.parameters()))


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """In place of pytest-django's: the migrated database, entered as the app role."""
    from django.conf import settings
    from django.db import connection
    from django.test import TransactionTestCase

    databases: TestDatabases = request.getfixturevalue("test_databases")
    with django_db_blocker.unblock():
        databases.make()
        found = databases.settings("app")
        # Threads of a live server make their connections from the settings, not from this connection.
        settings.DATABASES["default"].update(found)
        connection.close()
        connection.settings_dict.update(found)

    def renew(self: TransactionTestCase) -> None:
        connection.close()
        databases.renew()

    # Django empties the tables with TRUNCATE, which the app role may not do, and which would keep what a test
    # changed in rows that migrations made.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        yield
    with django_db_blocker.unblock():
        connection.close()
        databases.remove()
