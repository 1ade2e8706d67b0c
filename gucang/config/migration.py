"""Bring the schema up to date as the owner role, then tighten what the app role may do."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from typing import Any

import psycopg

from gucang.config import environment, roles

_ONE_AT_A_TIME = 7_305_002
PARTS = 5  # so often a person hears how far it is


def _marker() -> str:
    """The mark of a schema that is up to date: the migrations and the database they ran in."""
    found = environment.parameters("app")
    address = "/".join(str(found.get(key, "")) for key in ("host", "port", "dbname"))
    return f"{environment.migrations_digest()} {hashlib.sha256(address.encode()).hexdigest()}"


def pending() -> bool:
    """False when the last `migrate` here ran with the very same migrations; found without loading Django."""
    file = environment.data_folder() / "migrated"
    return not file.exists() or file.read_text("ascii").strip() != _marker()


class _Progress(io.TextIOBase):
    """Takes what Django says of each migration, and tells now and then how many there have been."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.told = total, 0, 0

    def write(self, text: str) -> int:
        if "Applying" in text:
            self.done += 1
            if self.done * PARTS // self.total > self.told or self.done == self.total:
                self.told = self.done * PARTS // self.total
                sys.stdout.write(f"  {self.done} of {self.total} steps\n")
                sys.stdout.flush()
        return len(text)


def _progress() -> _Progress:
    """For the migrations that this database still lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return _Progress(len(executor.migration_plan(executor.loader.graph.leaf_nodes())) or 1)


def migrate(*, verbosity: int = 1, told: bool = False) -> None:
    """Run all migrations as the owner; `told` says in between how far it is, in a few lines.

    Must be the first in its process to load Django.

    Of two at once, on one machine or on two, the second waits and then finds nothing to do.

    Raises SettingError when a server of one's own is used and no address with the owner's rights is known.
    """
    if not environment.embedded():
        prepare_own_server()
    os.environ["GUCANG_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    from gucang.config.states import kept_drawn

    with psycopg.connect(**environment.parameters("owner"), autocommit=True) as owner:
        # Others wait as long as it takes: the role's limit is meant for locks on tables.
        owner.execute("SET lock_timeout = 0")
        owner.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        how = {"verbosity": 1, "stdout": _progress(), "no_color": True} if told else {"verbosity": verbosity}
        with kept_drawn():
            call_command("migrate", interactive=False, skip_checks=False, **how)
        roles.tighten_grants(owner)
        from gucang.accounts.setup import renew_roles  # the schema is there only now

        renew_roles()
        from gucang.kernel.custom.work import take_up_everywhere

        take_up_everywhere()
    (environment.make_data_folder() / "migrated").write_text(_marker() + "\n", "ascii")


def prepare_own_server() -> None:
    """On a server of one's own, an administrator's address also makes the roles."""
    address = environment.text("owner_database_url")
    if not address:
        environment.parameters("owner")  # Raises the sentence that says what to set.
    admin = environment.parse_url(address)
    if admin.get("user") == environment.OWNER_ROLE:
        return
    app: dict[str, Any] = environment.parameters("app")
    with psycopg.connect(**admin, autocommit=True) as connection:
        roles.ensure_roles(connection, str(app["dbname"]), app_password=app.get("password"))
