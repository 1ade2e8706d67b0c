"""Where the program lives and what it was told: folders, environment variables, secrets, database addresses.

Every variable is declared once, in `VARIABLES`; `gucang check --settings` prints that list. A variable `X`
may also be given as `X_FILE`, the path of a file with its value. Nothing here imports Django.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

Role = Literal["app", "owner"]

OWNER_ROLE = "gucang_owner"
APP_ROLE = "gucang_app"
DATABASE_NAME = "gucang"
CHECKOUT = Path(__file__).resolve().parents[2]


class SettingError(Exception):
    """A variable is missing or cannot be understood; the message is a sentence for the person who set it."""


@dataclass(frozen=True)
class Variable:
    """One environment variable.

    `key` is the name in the program; outside, it is GUCANG_ and the key in capitals, except DATABASE_URL.
    `default` is the text used when nobody set it (None: there is none); `secret` values are never printed.
    """

    key: str
    meaning: str
    default: str | None = None
    secret: bool = False

    @property
    def name(self) -> str:
        return "DATABASE_URL" if self.key == "database_url" else f"GUCANG_{self.key.upper()}"


VARIABLES: tuple[Variable, ...] = (
    Variable("data", "Folder for the database, attachments and secrets. In a checkout: ./var."),
    Variable("database_url", f"Address of a PostgreSQL server, as {APP_ROLE}; else one is started.", None, True),
    Variable(
        "owner_database_url",
        f"Address of the same database as {OWNER_ROLE} or an administrator, for migrate, backup and restore.",
        None,
        True,
    ),
    Variable("db_role", "Role to connect as: app or owner. The program sets it by itself.", "app"),
    Variable("pgbouncer", "on: DATABASE_URL leads to PgBouncer in transaction mode.", "off"),
    Variable("pg_bin", "Folder with postgres, initdb and pg_dump to use, not those that come along."),
    Variable("pg_options", "Settings of the embedded database: 'shared_buffers=512MB work_mem=32MB'."),
    Variable("pg_fsync", "off: a crash may lose data of the embedded database. For tests only.", "on"),
    Variable("secret_key", "Signs sessions and links. Made at the first start when not set.", None, True),
    Variable("secret_key_fallbacks", "Earlier secret keys that are still accepted.", "", True),
    Variable("debug", "on: error details in the browser. Never where others can reach it.", "off"),
    Variable("allowed_hosts", "Host names to answer to.", "127.0.0.1 localhost [::1]"),
    Variable("trusted_origins", "Origins whose forms are accepted besides our own.", ""),
    Variable("public_origin", "Address people type; links in e-mails begin with it.", "http://localhost:8000"),
    Variable("trusted_proxies", "How many proxies in front may be believed.", "0"),
    Variable("host", "Address the web server listens on.", "127.0.0.1"),
    Variable("port", "Port the web server listens on; when in use, the next free one.", "8000"),
    Variable("web_workers", "Number of web processes.", "2"),
    Variable("session_idle_days", "Days without use after which a sign-in ends; after 30 days it ends anyway.", "14"),
    Variable("demo", "on: fill the demo company at the first start. off: print a set-up link.", "on"),
    Variable("email_backend", "Python class that sends e-mail; else SMTP when a host is set, else the console."),
    Variable("email_host", "Server that sends e-mail.", ""),
    Variable("email_port", "Its port.", "25"),
    Variable("email_user", "Name to sign in with there.", ""),
    Variable("email_password", "Password to sign in with there.", "", True),
    Variable("email_tls", "on: talk to it encrypted (STARTTLS).", "off"),
    Variable("email_from", "Sender of e-mails.", "gucang@localhost"),
    Variable("webhook_loopback", "on: webhooks may go to this machine, unencrypted too. For tests only.", "off"),
    Variable("log_level", "DEBUG, INFO, WARNING or ERROR. INFO also tells of every job and every sign-in.", "WARNING"),
    Variable("chromium", "Chromium program for the browser tests."),
    Variable("test_database_url", "Administrator's address of a server for tests.", None, True),
)
_BY_KEY = {variable.key: variable for variable in VARIABLES}


def text(key: str, default: str | None = None) -> str:
    """The value of variable `key`: from the environment, its `_FILE`, `default` or the declared default.

    Raises KeyError for a key that is not declared, SettingError when its file cannot be read.
    """
    variable = _BY_KEY[key]
    if value := os.environ.get(variable.name):
        return value
    if file := os.environ.get(f"{variable.name}_FILE"):
        try:
            return Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise SettingError(f"{variable.name}_FILE names {file}: {error.strerror}.") from error
    return default if default is not None else variable.default or ""


def flag(key: str) -> bool:
    """The value of a yes-or-no variable. Raises SettingError for anything but on, off and the like."""
    value = (text(key) or "off").lower()
    if value in ("on", "yes", "true", "1"):
        return True
    if value in ("off", "no", "false", "0"):
        return False
    raise SettingError(f"{_BY_KEY[key].name} is {value!r}; write on or off.")


def number(key: str, default: int | None = None) -> int:
    """The value of a whole-number variable. Raises SettingError when it is missing or not a number."""
    value = text(key, None if default is None else str(default))
    try:
        return int(value)
    except ValueError as error:
        raise SettingError(f"{_BY_KEY[key].name} is {value!r}; write a whole number.") from error


def words(key: str, default: str | None = None) -> list[str]:
    """The parts of a variable that lists things by blanks or commas."""
    return text(key, default).replace(",", " ").split()


def source(variable: Variable) -> str:
    """Where the present value of a variable comes from, in words."""
    if os.environ.get(variable.name):
        return "environment"
    if file := os.environ.get(f"{variable.name}_FILE"):
        return f"file {file}"
    return "default" if variable.default else "not set"


def describe() -> Iterator[str]:
    """One block of text per variable: name, meaning, present value (hidden when secret) and its source."""
    for variable in VARIABLES:
        value = text(variable.key)
        shown = "(not shown)" if variable.secret and value else value or "(empty)"
        yield f"{variable.name} = {shown}  [{source(variable)}]\n    {variable.meaning}"


def logging() -> dict[str, Any]:
    """Django's LOGGING: one JSON object a line on standard error, in UTC; a terminal gets readable lines."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    shown: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    traces = [] if terminal else [structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [meta, *traces, shown],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": text("log_level").upper()},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # Addresses that are not there, and what somebody may not do: the answer says so to who asked.
            "django.request": {"level": "ERROR"},
            # It tells of every task it knows and every job it does.
            "procrastinate": {"level": "WARNING"},
        },
    }


# --- folders ---


def in_checkout() -> bool:
    """True when the program runs from a source checkout rather than an installed package."""
    return (CHECKOUT / "pyproject.toml").is_file()


def data_folder() -> Path:
    """The folder that holds everything this installation must keep; not created here."""
    if chosen := text("data"):
        return Path(chosen).expanduser().resolve()
    if in_checkout():
        return CHECKOUT / "var"
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().resolve() / "gucang"


def make_data_folder() -> Path:
    """The data folder, created when missing.

    Run as root, the folder can be passed through by others, because the database runs as a user of its own;
    what is private in it lies in files and folders that only their owner reads.
    """
    folder = data_folder()
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def files_folder() -> Path:
    """The folder for uploaded files, outside anything a web server publishes; not created here."""
    return data_folder() / "files"


def release() -> str:
    """The version of the program."""
    if in_checkout():
        found: str = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
        return found
    return version("gucang")


# --- secrets ---


def secret(name: str) -> str:
    """The secret `name`: as set, else from its private file in the data folder, made when missing."""
    if name in _BY_KEY and (chosen := text(name)):
        return chosen
    folder = make_data_folder() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("ascii").strip()
    draft = folder / f".{name}.{secrets.token_hex(8)}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48) + "\n", "ascii")
    # A link either appears whole or not at all, so two first starters at once end with the same secret.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text("ascii").strip()


def role_password(role: str) -> str:
    """The password of a database role of the embedded server (`postgres`, or one of our two roles)."""
    return secret(f"database_{role}")


# --- database ---


def embedded() -> bool:
    """True when the program brings its own database, because nobody named another."""
    return not text("database_url")


def parse_url(url: str) -> dict[str, Any]:
    """Connection parameters, in libpq's words, of a postgresql:// address.

    Raises SettingError when it is not such an address or names no database.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise SettingError("The database address must begin with postgresql://.")
    try:
        port = parts.port
    except ValueError as error:
        raise SettingError("The database address has a port that is not a number.") from error
    parameters: dict[str, Any] = dict(parse_qsl(parts.query))
    found = {
        "host": unquote(parts.hostname or ""),
        "port": str(port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
    }
    parameters.update({key: value for key, value in found.items() if value})
    if not parameters.get("dbname"):
        raise SettingError("The database address names no database; end it with /gucang, for example.")
    return parameters


def place() -> dict[str, str]:
    """What the embedded server wrote down when it was installed: its cluster and socket folders."""
    try:
        written: dict[str, str] = json.loads((data_folder() / "database.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return written


def parameters(role: Role) -> dict[str, Any]:
    """Connection parameters, in libpq's words, for one of the two roles of the program's database.

    Raises SettingError when a server of one's own is used and the address for that role is missing.
    """
    user = OWNER_ROLE if role == "owner" else APP_ROLE
    if embedded():
        return {
            "host": place().get("socket", str(data_folder() / "socket")),
            "port": "5432",
            "user": user,
            "password": role_password(user),
            "dbname": DATABASE_NAME,
        }
    variable = _BY_KEY["owner_database_url" if role == "owner" else "database_url"]
    url = text(variable.key)
    if not url:
        raise SettingError(f"Set {variable.name} to the address of the database as {OWNER_ROLE} or an administrator.")
    found = parse_url(url)
    if role == "app" and found.get("user") != APP_ROLE:
        raise SettingError(f"DATABASE_URL must sign in as {APP_ROLE}, not as {found.get('user') or 'nobody'}.")
    if role == "owner" and found.get("user") != OWNER_ROLE:
        # An administrator acts as the owner, so that every table belongs to the owner.
        found["options"] = f"{found.get('options', '')} -c role={OWNER_ROLE}".strip()
    return found


def database(role: Role | None = None) -> dict[str, Any]:
    """Django's settings for the database, signing in as `role`; when not given, as GUCANG_DB_ROLE says.

    Raises SettingError as `parameters` does.
    """
    if role is None:
        role = "owner" if text("db_role") == "owner" else "app"
    found = parameters(role)
    main = {key: found.pop(key, "") for key in ("dbname", "user", "password", "host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": main["dbname"],
        "USER": main["user"],
        "PASSWORD": main["password"],
        "HOST": main["host"],
        "PORT": main["port"],
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": flag("pgbouncer"),
        # Prepared statements lead to generic plans, which were 250 times slower on the timeline.
        "OPTIONS": {"connect_timeout": 5, "application_name": "gucang", **found, "prepare_threshold": None},
    }


# --- is the schema up to date? ---

_SCHEMA_WORDS = (b"BaseConstraint", b"schema_editor", b"RunSQL", b"post_migrate")


def migrations_digest() -> str:
    """A hash over everything that decides the schema: migrations, code that writes SQL for them, packages.

    Equal hashes mean that `migrate` has nothing to do.
    """
    digest = hashlib.sha256()
    package = CHECKOUT / "gucang"
    files = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".sql") and "tests" not in path.parts)
    for path in files:
        content = path.read_bytes()
        if "migrations" in path.parts or any(word in content for word in _SCHEMA_WORDS):
            digest.update(str(path.relative_to(package)).encode() + b"\0" + content + b"\0")
    for package_name in ("django", "django-allauth", "procrastinate"):
        digest.update(f"{package_name}={version(package_name)}\n".encode())
    return digest.hexdigest()
