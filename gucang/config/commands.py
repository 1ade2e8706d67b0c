"""What each command of the command line does; each is given what was parsed, and returns its exit code."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

import psycopg

from gucang.config import environment


class Failure(Exception):
    """The command did not do what was asked; the message is one sentence that says why."""


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The embedded database runs, when that is the one used."""
    if not environment.embedded():
        yield
        return
    from gucang.config.embedded import Server

    with Server().in_use():
        yield


@contextlib.contextmanager
def django() -> Iterator[None]:
    """The database runs and Django is loaded."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")
    with database():
        import django

        django.setup()
        yield


def _call(module: str, function: str, *arguments: Any, **named: Any) -> Any:
    """Call `function` of a module that must not be imported before Django is up."""
    return getattr(importlib.import_module(module), function)(*arguments, **named)


def run(parsed: argparse.Namespace) -> int:
    from gucang.config.supervisor import Supervisor

    Supervisor(host=parsed.host, port=parsed.port, demo=parsed.demo).run()
    return 0


def migrate(parsed: argparse.Namespace) -> int:
    from gucang.config import migration

    with database():
        migration.migrate(verbosity=parsed.verbosity, told=parsed.told)
    return 0


def check(parsed: argparse.Namespace) -> int:
    if parsed.settings:
        print("\n".join(environment.describe()))
        return 0
    from gucang.config import roles

    with django():
        with psycopg.connect(**environment.parameters("app"), connect_timeout=5) as app:
            if found := roles.complaints(app):
                raise Failure(" ".join(found))
        from django.core.management import call_command
        from django.core.management.base import SystemCheckError

        try:
            call_command("check", databases=["default"])
            call_command("migrate", check_unapplied=True, verbosity=0)
        except SystemCheckError as error:
            raise Failure(str(error)) from error
        except SystemExit as error:
            raise Failure("The database is older than the program; run “gucang migrate”.") from error
    print("Everything is in order.")
    return 0


def _superuser() -> Any:
    """A connection to the program's own database as its superuser. Raises Failure on a server of one's own."""
    if not environment.embedded():
        raise Failure("Benchmark companies are made on the program's own database; leave DATABASE_URL empty for this.")
    from gucang.config.embedded import Server

    return Server().connect(environment.parameters("owner")["dbname"])


def demo(parsed: argparse.Namespace) -> int:
    with django():
        if not parsed.first_start:
            asked = {"size": parsed.size, "seed": parsed.seed, "own_fields": parsed.own_fields}
            _call("gucang.demo", "main", out=sys.stdout, superuser=_superuser, **asked)
            return 0
        said = _call("gucang.demo", "ensure_demo_company", say=lambda line: print(f"  {line}", flush=True))
        lines = said if isinstance(said, str) else "\n".join(str(line) for line in said or ())
        file = environment.make_data_folder() / "demo-logins"
        file.touch(mode=0o600)
        file.write_text(lines.rstrip() + "\n", "utf-8")
    return 0


def setup_link(parsed: argparse.Namespace) -> int:
    with django():
        if link := _call("gucang.accounts.setup", "setup_link"):
            path = str(link) if str(link).startswith("http") else parsed.address.rstrip("/") + str(link)
            print(f"Make your company here; the link works once:\n  {path}\n")
    return 0


def import_csv(parsed: argparse.Namespace) -> int | None:
    with django():
        done: int | None = _call("gucang.exchange.cli", "import_csv", parsed)
    return done


def export_csv(parsed: argparse.Namespace) -> int | None:
    with django():
        done: int | None = _call("gucang.exchange.cli", "export_csv", parsed)
    return done


def import_log(parsed: argparse.Namespace) -> int:
    with django():
        return int(_call("gucang.processes.cli", "import_log", parsed))


def export_log(parsed: argparse.Namespace) -> int:
    with django():
        return int(_call("gucang.processes.cli", "export_log", parsed))


def judge_cases(parsed: argparse.Namespace) -> int:
    with django():
        return int(_call("gucang.conformance.cli", "judge_cases", parsed))


def verify_log(parsed: argparse.Namespace) -> int:
    with django():
        from gucang.kernel import seals
        from gucang.kernel.models import Company
        from gucang.kernel.scope import company_scope

        companies = Company.objects.order_by("slug")
        if parsed.company:
            companies = companies.filter(slug=parsed.company)
            if not companies:
                raise Failure(f"There is no company {parsed.company!r}.")
        broken = 0
        for company in companies:
            with company_scope(company.pk):
                days, flaws = seals.verify()
            print(f"{company.slug}: {days} sealed days checked, {len(flaws)} broken.")
            for flaw in flaws:
                print(f"  {flaw.day.isoformat()}: {flaw.sentence}")
            broken += len(flaws)
        if broken:
            raise Failure("The event log was changed; restore it from a backup and find out who did it.")
    return 0


def create_company(parsed: argparse.Namespace) -> int:
    with django():
        said = _call("gucang.accounts.setup", "company_for", name=parsed.name, slug=parsed.slug, admin=parsed.admin)
    print(said)
    return 0


def backup(parsed: argparse.Namespace) -> int:
    from gucang.config import backup as archive

    with database():
        print(archive.backup(parsed.file, with_secrets=parsed.with_secrets))
    return 0


def restore(parsed: argparse.Namespace) -> int:
    from gucang.config import backup as archive
    from gucang.config import migration

    with database():
        if not environment.embedded():
            migration.prepare_own_server()
        print(archive.restore(parsed.file))
        migration.migrate(verbosity=0)
    return 0


def jobs(parsed: argparse.Namespace) -> int:
    with django():
        _call("gucang.kernel.jobs", "run_worker")
    return 0


def manage(parsed: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")
    from django.core.management import execute_from_command_line

    with database():
        execute_from_command_line(["gucang manage", *parsed.arguments])
    return 0
