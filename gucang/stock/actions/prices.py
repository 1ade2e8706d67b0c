"""Verbs of the price list, of the prices in it, and of the company's settings about both."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.currency import own_currency
from gucang.kernel.errors import Invalid
from gucang.stock.models import Price, PriceList


def _why_full(price_list: PriceList) -> str | None:
    """Why a price list cannot go: prices are in it, which would hold no more without a word."""
    count = Price.objects.filter(price_list=price_list).count()
    if not count:
        return None
    return ngettext(
        "%(count)s price is in this list. Give the list a last day instead.",
        "%(count)s prices are in this list. Give the list a last day instead.",
        count,
    ) % {"count": count}


def _keeps_its_currency(price_list: PriceList, actor: Actor) -> None:
    """Percentages are counted from list prices, which are in the company's currency."""
    own = own_currency()
    if price_list.pk is None or price_list.currency in ("", own):
        return
    if Price.objects.filter(price_list=price_list, percent_off__isnull=False).exists():
        sentence = _t(
            "There are percentages in this list; they are counted from list prices, which are in %(currency)s."
        )
        raise Invalid({"currency": [sentence % {"currency": own}]})


def _can_be_counted(price: Price, actor: Actor) -> None:
    own, its = own_currency(), price.price_list.currency
    if price.percent_off is not None and its not in ("", own):
        sentence = _t("List prices are in %(own)s. In a price list in %(its)s, write a net price.")
        raise Invalid({"percent_off": [sentence % {"own": own, "its": its}]})


create_list = creating("price_list", prepare=_keeps_its_currency)
edit_list = editing("price_list", prepare=_keeps_its_currency)
delete_list = deleting("price_list", guard=_why_full)
restore_list = restoring("price_list")

create = creating("price", prepare=_can_be_counted)
edit = editing("price", prepare=_can_be_counted)
delete = deleting("price")
restore = restoring("price")

create_settings = creating("stock_settings")
edit_settings = editing("stock_settings")
