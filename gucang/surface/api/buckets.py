"""How much one actor may ask of this process in a minute: a bucket that fills evenly and that each call takes from.

The buckets are in the memory of the web process. In PostgreSQL the row of a bucket would stay locked until the
request's transaction ends, so one actor's calls would queue, and every read would become a write that waits for the
disk; see docs/decisions/0009.
"""

from __future__ import annotations

import math
import time
from threading import Lock

PER_MINUTE = 1200
READ, WRITE, SEARCH = 1, 2, 5
MAX_BUCKETS = 20_000

_lock = Lock()
_buckets: dict[tuple[int, str], tuple[float, float]] = {}


def take(company_id: int, actor: str, cost: int, *, per_minute: int = 0) -> int:
    """Take `cost` from the actor's bucket. Returns 0, or the seconds to wait when there is not enough in it.

    `per_minute` is how much the bucket holds; 0 is PER_MINUTE.
    """
    now, per_minute = time.monotonic(), per_minute or PER_MINUTE
    with _lock:
        level, filled_at = _buckets.get((company_id, actor), (float(per_minute), now))
        level = min(per_minute, level + (now - filled_at) * per_minute / 60)
        if level < cost:
            _buckets[company_id, actor] = (level, now)
            return math.ceil((cost - level) * 60 / per_minute)
        if len(_buckets) >= MAX_BUCKETS:
            _forget_full(now, per_minute)
        _buckets[company_id, actor] = (level - cost, now)
    return 0


def empty_all() -> None:
    """Forget every bucket, so that all actors start with a full one."""
    with _lock:
        _buckets.clear()


def _forget_full(now: float, per_minute: int) -> None:
    """Drop the buckets that are full again by now: a new one would be the same."""
    for key, (level, filled_at) in list(_buckets.items()):
        if level + (now - filled_at) * per_minute / 60 >= per_minute:
            del _buckets[key]
    if len(_buckets) >= MAX_BUCKETS:
        _buckets.clear()
