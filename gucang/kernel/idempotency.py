"""A request with an Idempotency-Key is done once; its repeat gets the first answer.

The key is inserted in the same transaction as the work, so a second request waits on the unique index until the first
has committed, then replays its answer; if the first failed, nothing is left of it and the second does the work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.models import IdempotencyKey
from gucang.kernel.scope import active_company_id, writing

KEEP = timedelta(hours=72)
MAX_KEY = 200


@dataclass(frozen=True)
class Answer:
    """What was answered: HTTP status, JSON body, headers worth repeating."""

    status: int
    body: Any
    headers: Mapping[str, str]


def begin(actor: Actor, key: str, request: bytes) -> Answer | None:
    """Claim `key` for this request. Returns the earlier answer when it was answered before, else None: do the work.

    Raises Invalid when the key is too long, or was used for another request.
    """
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid({"Idempotency-Key": [_t("The key has 1 to 200 characters.")]})
    digest = hashlib.sha256(request).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [active_company_id(), actor.key, key, digest, clock.now()])
        if cursor.rowcount == 1:
            return None
    row = IdempotencyKey.objects.get(actor=actor.key, key=key)
    if row.request_hash != digest:
        raise Invalid({"Idempotency-Key": [_t("This key was used for another request. Make a new key.")]})
    return Answer(row.status, row.body, row.headers)


def known(actor: Actor, key: str) -> Answer | None:
    """The answer that was given under `key`, if there was one."""
    row = IdempotencyKey.objects.filter(actor=actor.key, key=key, status__isnull=False).first()
    return Answer(row.status, row.body, row.headers) if row is not None else None


def finish(actor: Actor, key: str, answer: Answer) -> None:
    """Keep the answer beside the work it describes. Answers that ask for another try are not kept: roll those back."""
    said: list[Any] = [answer.status, json.dumps(answer.body, default=str), json.dumps(dict(answer.headers))]
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [*said, active_company_id(), actor.key, key])


def forget_old() -> int:
    """Delete the answers older than 72 hours; returns how many."""
    with writing("kernel"):
        return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP).delete()[0]


# Plain SQL, like the claim: every write of the API asks both.
_FINISH = """
    UPDATE kernel_idempotencykey SET status = %s, body = %s::jsonb, headers = %s::jsonb
    WHERE company_id = %s AND actor = %s AND key = %s
"""
_CLAIM = """
    INSERT INTO kernel_idempotencykey (company_id, actor, key, request_hash, created_at, headers)
    VALUES (%s, %s, %s, %s, %s, '{}') ON CONFLICT (company_id, actor, key) DO NOTHING
"""
