"""Bring the schema up to date as the owner role, then tighten what the app role may do."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import psycopg

from gucang.config import environment, roles

_ONE_AT_A_TIME = 7_305_002


def _marker() -> str:
    """The mark of a schema that is up to date: the migrations and the database they ran in."""
    found = environment.parameters("app")
    address = "/".join(str(found.get(key, "")) for key in ("host", "port", "dbname"))
    return f"{environment.migrations_digest()} {hashlib.sha256(address.encode()).hexdigest()}"


def pending() -> bool:
    """False when the last `migrate` here ran with the very same migrations; found without loading Django."""
    file = environment.data_folder() / "migrated"
    return not file.exists() or file.read_text("ascii").strip() != _marker()


def migrate(*, verbosity: int = 1) -> None:
    """Run all migrations as the owner. Must be the first in its process to load Django.

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
    with psycopg.connect(**environment.parameters("owner"), autocommit=True) as owner:
        # Others wait as long as it takes: the role's limit is meant for locks on tables.
        owner.execute("SET lock_timeout = 0")
        owner.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        call_command("migrate", interactive=False, verbosity=verbosity, skip_checks=False)
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
