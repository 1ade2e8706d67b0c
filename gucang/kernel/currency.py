"""The company's own currency: what an amount is in where nothing else is said."""

from __future__ import annotations

from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id, in_company_scope
from gucang.kernel.setup import kept

USUAL = "CNY"


def own_currency() -> str:
    """The code of the active company's own currency, such as "CNY"; the usual one where no company is active."""
    if not in_company_scope():
        return USUAL
    found: str = kept("own currency", _read)
    return found


def _read() -> str:
    return Company.objects.values_list("currency", flat=True).get(pk=active_company_id())
