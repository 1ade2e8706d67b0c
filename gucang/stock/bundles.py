"""What bundles come to: all the parts that are no bundles themselves, multiplied out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection

from gucang.kernel.scope import active_company_id
from gucang.stock.models import Product

Parts = dict[int, list[tuple[Product, Decimal]]]
MAX_DEPTH = 10

# Rows of parts from the bundles down; `above` are the bundles on the way, against circles, which no action makes.
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT bundle_id AS top, part_id, quantity::numeric AS quantity, ARRAY[bundle_id] AS above FROM stock_bundlepart
            WHERE company_id = %(company)s AND deleted_at IS NULL AND bundle_id = ANY(%(bundles)s)
        UNION ALL
        SELECT b.top, p.part_id, b.quantity * p.quantity, b.above || p.bundle_id
            FROM below b JOIN stock_bundlepart p
                ON p.company_id = %(company)s AND p.deleted_at IS NULL AND p.bundle_id = b.part_id
            WHERE p.part_id <> ALL(b.above) AND cardinality(b.above) < %(depth)s
    )
    SELECT top, part_id, quantity, NOT EXISTS (
        SELECT 1 FROM stock_bundlepart p
            WHERE p.company_id = %(company)s AND p.deleted_at IS NULL AND p.bundle_id = below.part_id) AS whole
    FROM below ORDER BY top, part_id
"""


def _below(bundles: Iterable[int]) -> list[tuple[int, int, Decimal, bool]]:
    """(bundle, product below it, how many, whether that is no bundle itself). One query."""
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"company": active_company_id(), "bundles": sorted(set(bundles)), "depth": MAX_DEPTH}
        cursor.execute(_BELOW, given)
        return list(cursor.fetchall())


def below(bundle: int) -> set[int]:
    """The ids of all products that are in a bundle, directly or through others."""
    return {part for _top, part, _quantity, _whole in _below([bundle])}


_ABOVE = """
    WITH RECURSIVE above AS (
        SELECT bundle_id, ARRAY[part_id] AS below FROM stock_bundlepart
            WHERE company_id = %(company)s AND deleted_at IS NULL AND part_id = %(part)s
        UNION ALL
        SELECT p.bundle_id, a.below || p.part_id
            FROM above a JOIN stock_bundlepart p
                ON p.company_id = %(company)s AND p.deleted_at IS NULL AND p.part_id = a.bundle_id
            WHERE p.bundle_id <> ALL(a.below) AND cardinality(a.below) < %(depth)s
    )
    SELECT DISTINCT bundle_id FROM above
"""


def above(part: int) -> set[int]:
    """The ids of all bundles that a product is in, directly or through others. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"company": active_company_id(), "part": part, "depth": MAX_DEPTH})
        return {bundle for (bundle,) in cursor.fetchall()}


def parts_of(products: Iterable[Product]) -> Parts:
    """The parts of those products that are bundles, by the bundle's id; two queries, none where all are kept in stock.

    Each part with how many of it are in one bundle, in its own unit.
    """
    candidates = {one.pk for one in products if not one.stocked}
    sums: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for top, part, quantity, whole in _below(candidates) if candidates else ():
        if whole:
            sums[top][part] += quantity
    found = Product.with_bin.in_bulk({part for parts in sums.values() for part in parts}) if sums else {}
    return {top: [(found[pk], quantity) for pk, quantity in parts.items()] for top, parts in sums.items()}
