"""Who hears that something runs low: those who buy, and those who quoted or sold it lately.

Stock knows no quotes and no orders. A module above that does says so once, at start:

    @alerts.interested
    def sellers(products):
        return OrderLine.objects.filter(product_id__in=products, …).values_list("product_id", "order__owner_id")
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from django.db.models import Q

from gucang.accounts.models import Member, MemberRole
from gucang.accounts.models import Status as MemberStatus
from gucang.stock import queries

# Who has quoted or sold something within so many days hears that it runs low.
LATELY = 180
# From the ids of products to pairs of a product's and a member's id.
Source = Callable[[Collection[int]], Iterable[tuple[int, int | None]]]
_sources: list[Source] = []


def interested(source: Source) -> Source:
    """Register who knows which members have quoted or sold which products lately."""
    _sources.append(source)
    return source


def has_sources() -> bool:
    """Whether anybody above knows who sells what."""
    return bool(_sources)


def interested_in(products: Collection[int]) -> dict[int, set[int]]:
    """The members who quoted or sold each of these products; as many statements as there are sources."""
    found: dict[int, set[int]] = {pk: set() for pk in products}
    for source in _sources if products else ():
        for product, member in source(products):
            if member is not None and product in found:
                found[product].add(member)
    return found


def buyers() -> set[int]:
    """The members who buy: those of the role and of the department that the stock settings name."""
    settings = queries.settings()
    wanted = Q(pk__in=())
    if settings.purchasing_role_id is not None:
        wanted |= Q(pk__in=MemberRole.objects.filter(role_id=settings.purchasing_role_id).values("member_id"))
    if settings.purchasing_department_id is not None:
        wanted |= Q(department_id=settings.purchasing_department_id)
    return set(Member.objects.filter(wanted).exclude(status=MemberStatus.LEFT).values_list("pk", flat=True))
