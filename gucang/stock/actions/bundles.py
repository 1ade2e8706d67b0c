"""Verbs of the parts of a bundle."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _t

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.scope import active_company_id
from gucang.stock.bundles import below
from gucang.stock.models import BundlePart


def _why_no_bundle(part: BundlePart) -> str | None:
    if not part.bundle.stocked:
        return None
    sentence = _t("“%(product)s” is kept in stock itself. Take that off on its page, then give it parts.")
    return sentence % {"product": part.bundle}


def _why_circle(part: BundlePart) -> str | None:
    """Why a part would lead back to its bundle. Of all the parts of a company one is added at a time."""
    with connection.cursor() as cursor:
        key = f"bundles:{active_company_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    if part.bundle_id not in below(part.part_id):
        return None
    sentence = _t("“%(bundle)s” is a part of “%(part)s” itself; choose another product.")
    return sentence % {"bundle": part.bundle, "part": part.part}


def _check(part: BundlePart, actor: Actor) -> None:
    """Refuse a bundle that lies in a warehouse itself, and circles."""
    if sentence := _why_no_bundle(part):
        raise Invalid({"bundle": [sentence]})
    if sentence := _why_circle(part):
        raise Invalid({"part": [sentence]})


def _why_not_back(part: BundlePart) -> str | None:
    return _why_no_bundle(part) or _why_circle(part)


create = creating("bundle_part", prepare=_check)
edit = editing("bundle_part", prepare=_check)
delete = deleting("bundle_part")
restore = restoring("bundle_part", guard=_why_not_back)
