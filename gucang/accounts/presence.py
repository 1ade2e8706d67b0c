"""Nobody's deed is committed after they have left: who writes holds their place, and leaving waits until it is free.

The locks are PostgreSQL's advisory ones, which cost no write; they end with the transaction.
"""

from __future__ import annotations

from django.db import connection

from gucang.accounts.models import Member, Status
from gucang.kernel.scope import active_company_id


def hold(member: Member) -> None:
    """Keep `member` from leaving until this transaction ends. What was read of them before may be old: ask again.

    Raises OperationalError after the role's lock_timeout.
    """
    _lock("pg_advisory_xact_lock_shared", member)


def close(member: Member) -> None:
    """Wait for what `member` is writing now, and let nothing more begin until this transaction ends.

    Raises OperationalError after the role's lock_timeout.
    """
    _lock("pg_advisory_xact_lock", member)


def is_here(member: Member) -> bool:
    """Whether `member` works here at this very moment, whatever was read before."""
    with connection.cursor() as cursor:
        cursor.execute(_HERE, [active_company_id(), member.pk, Status.LEFT])
        return cursor.fetchone() is not None


_HERE = "SELECT 1 FROM accounts_member WHERE company_id = %s AND id = %s AND status <> %s AND deleted_at IS NULL"


def _lock(function: str, member: Member) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext('accounts_member'), %s)", [member.pk % 2**31])
