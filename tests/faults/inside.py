"""What fault tests do inside the installation, in a process of its own: `python -m tests.faults.inside NAME JSON`."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from gucang.config.commands import django

ADMIN = "admin@faults.test"


def found_company(slug: str, tokens: int) -> dict[str, Any]:
    """A company with one administrator: `tokens` API tokens of theirs, and the cookie of their session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from gucang.accounts.actions import tokens as token_actions
    from gucang.accounts.models import Member, User
    from gucang.accounts.setup import create_company
    from gucang.kernel import clock
    from gucang.kernel.scope import company_scope

    company = create_company("断电试验公司", slug, admin_email=ADMIN)
    user = User.objects.get(email=ADMIN)
    with company_scope(company):
        admin, until = Member.objects.get(user=user), clock.today() + timedelta(days=30)
        made = [
            token_actions.create(actor=admin, values={"name": f"T{n}", "scopes": ["*"], "expires_on": until}).record
            for n in range(tokens)
        ]
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"tokens": [token.key for token in made], "cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def batches(slug: str, size: int, kills: int, told: str) -> int:
    """Create batches of `size` customers in a process that is killed at a random moment, `kills` times over.

    Each committed batch is noted in the file `told`, after its commit. Returns how many kills hit a busy process.
    """
    from django.db import connections

    found_company(slug, 0)
    chance, hit = random.Random(11), 0
    for kill in range(kills):
        connections.close_all()
        child = os.fork()
        if child == 0:
            _create_batches(slug, size, kill, told)
        time.sleep(chance.uniform(0.05, 1.0))
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        hit += os.WIFSIGNALED(status)
    return hit


def _create_batches(slug: str, size: int, kill: int, told: str) -> None:
    """Until killed. Never returns."""
    from gucang.kernel import records
    from gucang.kernel.actions import Row, create_many
    from gucang.kernel.actors import system
    from gucang.kernel.models import Company
    from gucang.kernel.scope import company_scope

    company = Company.objects.get(slug=slug)
    note = os.open(told, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for batch in range(10_000):
        with company_scope(company):
            rows = [Row({"name": f"批 {kill}.{batch} 行 {n}"}) for n in range(size)]
            create_many(records.get("customer"), rows, actor=system())
        os.write(note, f"{kill}.{batch}\n".encode())
    os._exit(0)


def start_import(slug: str, rows: int, folder: str) -> int:
    """Upload `rows` customers to a new company and queue their import; returns its id."""
    from gucang.accounts.models import Member
    from gucang.exchange import intake
    from gucang.exchange.actions import imports
    from gucang.kernel.models import Company
    from gucang.kernel.scope import company_scope

    found_company(slug, 0)
    path = Path(folder) / "rows.csv"
    path.write_text("客户名称\n" + "\n".join(f"导入 {n}" for n in range(rows)) + "\n")
    with company_scope(Company.objects.get(slug=slug)):
        admin = Member.objects.get(user__email=ADMIN)
        made = imports.upload(actor=admin, file=intake.take(path), name="rows.csv", record_type="customer").record
        imports.run(made, actor=admin)
    return int(made.pk)


def invite(slug: str, count: int) -> list[str]:
    """Invite `count` people, each by a letter that a job sends; returns their addresses."""
    from gucang.accounts.actions import members
    from gucang.kernel.actors import system
    from gucang.kernel.models import Company
    from gucang.kernel.scope import company_scope

    addresses = [f"guest{n}@faults.test" for n in range(count)]
    for address in addresses:
        with company_scope(Company.objects.get(slug=slug)):
            member = members.create(actor=system(), name=address.partition("@")[0]).record
            members.invite(member, actor=system(), email=address)
    return addresses


def seal(slug: str) -> int:
    """Seal today's events, as the coming night would; returns the number of days sealed."""
    from gucang.kernel import clock, seals
    from gucang.kernel.models import Company
    from gucang.kernel.scope import company_scope

    with clock.at(clock.now() + timedelta(days=1)), company_scope(Company.objects.get(slug=slug)):
        return seals.seal_days()


if __name__ == "__main__":
    with django():
        answer = globals()[sys.argv[1]](*json.loads(sys.argv[2]))
    sys.stdout.write(json.dumps(answer) + "\n")
