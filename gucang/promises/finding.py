"""In the search: promises, and for who typed a telephone number, the answer card of whose it is."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from markupsafe import escape

from gucang.kernel import records
from gucang.parties.models import Contact
from gucang.surface.middleware import CompanyRequest
from gucang.surface.searching import Asked, Group, Result, groups_instead_of, of_hit

# Fewer digits are a number of a document, or of anything.
LEAST_DIGITS = 5
SEPARATORS = set("+-() ;ext=.")


@groups_instead_of("promise")
def found(request: CompanyRequest, asked: Asked) -> list[Group]:
    """Promises by their words; answer cards by a telephone number."""
    kind = records.get("promise")
    hits = asked.hits.get("promise", ())
    rows = [of_hit(request, kind, hit, asked.text) for hit in hits[: asked.limit]]
    more = f"{request.base}/{kind.plural}/?view=all&q={asked.text}" if len(hits) > asked.limit else ""
    return [_answer_cards(request, asked), Group(str(kind.label_plural), rows, more)]


def is_a_number(text: str) -> bool:
    """Whether somebody typed a telephone number, or enough of one."""
    digits = sum(one.isdigit() for one in text)
    return digits >= LEAST_DIGITS and all(one.isdigit() or one in SEPARATORS for one in text)


def _answer_cards(request: CompanyRequest, asked: Asked) -> Group:
    """The customers with this number, or whose contacts have it, as far as the person sees them."""
    group = Group(_t("Answer card"))
    if not is_a_number(asked.text):
        return group
    ids = [hit.object_id for hit in asked.hits.get("customer", ())]
    callers: dict[int, str] = {}
    contacts = [hit.object_id for hit in asked.hits.get("contact", ())]
    if contacts:
        rows = Contact.objects.filter(pk__in=contacts).values_list("customer_id", "name")
        callers = dict(rows)
    wanted = list(dict.fromkeys([*ids, *callers]))[: asked.limit]
    if not wanted:
        return group
    customer_type = records.get("customer")
    names = {one.pk: str(one) for one in customer_type.query(request.actor).filter(pk__in=wanted)}
    for pk in wanted:
        if pk in names:
            url = f"{request.base}/{customer_type.plural}/{pk}#answer"
            group.results.append(Result(url, escape(names[pk]), escape(callers.get(pk, "")), "volume"))
    return group
