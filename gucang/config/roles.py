"""The two database roles of least privilege, the same on the embedded server and on one of your own.

`gucang_owner` owns the database and runs migrations; `gucang_app` is what the web and the jobs sign in as.
Neither is a superuser or passes by row security. `gucang_app` may not create or alter anything.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from gucang.config.environment import APP_ROLE, OWNER_ROLE

# A web request that waits longer has already lost its reader; jobs raise these for themselves.
_APP_LIMITS = {
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
}
_OWNER_LIMITS = {"lock_timeout": "5s"}
_SEARCH_PATH = "public, pg_temp"

OWNER = sql.Identifier(OWNER_ROLE)
APP = sql.Identifier(APP_ROLE)


def ensure_roles(
    admin: psycopg.Connection[Any],
    database: str,
    *,
    app_password: str | None = None,
    owner_password: str | None = None,
) -> None:
    """Make both roles and the database, and grant exactly what they need; safe to repeat.

    `admin` is an autocommit connection of a role that may create roles and databases. A password of None
    leaves the present one; a new role without a password cannot sign in by password.
    """
    _ensure_role(admin, OWNER_ROLE, owner_password, _OWNER_LIMITS)
    _ensure_role(admin, APP_ROLE, app_password, _APP_LIMITS)
    if not _is_superuser(admin):
        # An administrator of a hosted server must belong to the owner to act for it.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(OWNER))
    ensure_database(admin, database)


def _ensure_role(admin: psycopg.Connection[Any], role: str, password: str | None, limits: dict[str, str]) -> None:
    name = sql.Identifier(role)
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOCREATEDB NOCREATEROLE NOINHERIT").format(name))
    if password is not None:
        admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password)))
    for setting, value in {**limits, "search_path": _SEARCH_PATH}.items():
        shown = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
        admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), shown))


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def ensure_database(admin: psycopg.Connection[Any], database: str, *, template: str | None = None) -> None:
    """Make `database`, owned by the owner role and closed to everybody else; safe to repeat.

    With `template`, a new database is a copy of that one, which already has its grants.
    """
    name = sql.Identifier(database)
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        source = sql.Identifier(template or "template0")
        # The locale is that of the server's own template; only the encoding may not be left to chance.
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(name, OWNER, source))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, APP))
    if template is None:
        with psycopg.connect(**_elsewhere(admin, database), autocommit=True) as inside:
            _grant_in_schema(inside)


def _elsewhere(connection: psycopg.Connection[Any], database: str) -> dict[str, Any]:
    return {**connection.info.get_parameters(), "password": connection.info.password, "dbname": database}


def _grant_in_schema(inside: psycopg.Connection[Any]) -> None:
    for statement in (
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        # PostgreSQL lets everybody run every function; a SECURITY DEFINER one must be opened by name.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ):
        inside.execute(sql.SQL(statement).format(owner=OWNER, app=APP))


def tighten_grants(owner: psycopg.Connection[Any]) -> None:
    """After migrations: what the app role may run and may not change. `owner` acts as the owner role.

    Functions of the job queue are opened here, because its migrations know nothing of our roles; our own
    functions are opened by the migrations that make them.
    """
    rows = owner.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'procrastinate%'"
        " AND p.prorettype <> 'trigger'::regtype AND NOT p.prosecdef"
    ).fetchall()
    for (signature,) in rows:
        # The text of a regprocedure is already quoted where it must be.
        owner.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(signature), APP))
    if owner.execute("SELECT to_regclass('public.django_migrations')").fetchone() != (None,):
        statement = "REVOKE INSERT, UPDATE, DELETE ON TABLE django_migrations FROM {}"
        owner.execute(sql.SQL(statement).format(APP))


def complaints(app: psycopg.Connection[Any]) -> list[str]:
    """Why the connection `app` must not serve people, one sentence each; empty when all is well."""
    row = app.execute(
        "SELECT current_user, rolsuper, rolbypassrls, has_schema_privilege('public', 'CREATE'),"
        " (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        "  WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'USAGE')"
        "  AND c.relkind IN ('r', 'p', 'v', 'm'))"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        return ["The database does not know the role of this connection."]
    name, superuser, bypass, creates, owned = row
    found = []
    if superuser:
        found.append(f"The database role {name} is a superuser and would see every company's rows.")
    if bypass:
        found.append(f"The database role {name} has BYPASSRLS and would see every company's rows.")
    if creates:
        found.append(f"The database role {name} may create tables; take CREATE on schema public from it.")
    if owned:
        found.append(f"The database role {name} owns {owned} tables; sign in as {APP_ROLE} instead.")
    return found
