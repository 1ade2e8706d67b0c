"""编码原则: numbers by the company's rule, without gaps or doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from gucang.kernel import clock
from gucang.kernel.models import NumberRule
from gucang.kernel.scope import active_company_id
from gucang.kernel.setup import kept
from gucang.kernel.text import NumberPattern

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType


def pattern_for(record_type: RecordType) -> NumberPattern:
    """The active company's pattern for a record type, or the declared one."""
    own = kept("number patterns", lambda: dict(NumberRule.objects.values_list("record_type", "pattern")))
    return NumberPattern(own.get(record_type.name) or record_type.number)


def next_number(record_type: RecordType) -> str:
    """The next number. It is taken only when the surrounding transaction commits, so there are no gaps."""
    return next_numbers(record_type, 1)[0]


def next_numbers(record_type: RecordType, count: int) -> list[str]:
    """The next `count` numbers, in order.

    The counter's row stays locked until the transaction ends: two creations of one type in one company wait for each
    other at this point, which is why it is the last thing before saving.
    """
    pattern = pattern_for(record_type)
    day = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [active_company_id(), record_type.name, pattern.period(day), count, count])
        last = cursor.fetchone()[0]
    return [pattern.format(seq, day) for seq in range(last - count + 1, last + 1)]


_TAKE = """
    INSERT INTO kernel_numbercounter (company_id, record_type, period, value) VALUES (%s, %s, %s, %s)
    ON CONFLICT (company_id, record_type, period) DO UPDATE SET value = kernel_numbercounter.value + %s
    RETURNING value
"""
