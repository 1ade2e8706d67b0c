"""What a filter may ask of a column beside what Django knows."""

from __future__ import annotations

from typing import Any

from django.db.models import BigAutoField, BigIntegerField, ForeignKey, Lookup


class AnyOf(Lookup):
    """`pk__any_of=[…]`: as `__in`, with all ids in one value of the statement.

    With one value for each id, the members of a large team cost more to put into every statement of a page, and to
    be read from it again, than what the page asks for.
    """

    lookup_name = "any_of"

    def get_prep_lookup(self) -> str:
        return "{" + ",".join(str(int(value)) for value in self.rhs) + "}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", (*params, self.rhs)


def use_everywhere() -> None:
    """Let every column of ids know it."""
    for kind in (BigAutoField, BigIntegerField, ForeignKey):
        kind.register_lookup(AnyOf)
