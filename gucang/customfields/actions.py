"""What administrators do with own fields. Each leaves one event; nothing else writes them."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.customfields import checks, queries, rules
from gucang.kernel import records
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.models import CustomField, Event
from gucang.kernel.text import pinyin_key

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST = 100  # fields of one record type: every one of them is looked at with every record


def _begin(field: CustomField, actor: Actor) -> dict[str, Any]:
    siblings = list(CustomField.objects.filter(record_type=field.record_type))
    if rules.may_have(field.record_type) is None:
        raise Invalid({"record_type": [_t("Choose what gets the field.")]})
    if len(siblings) >= MOST:
        raise Invalid({"": [_t("A record has at most %(limit)s own fields.") % {"limit": MOST}]})
    taken = {one.key for one in siblings}
    if field.key and not KEY.fullmatch(field.key):
        raise Invalid({"key": [_t("Write small letters, digits and _, beginning with a letter.")]})
    if field.key in taken:
        raise Invalid({"key": [_t("There is a field with this short name already. Choose another one.")]})
    field.key = field.key or _key(field.label_en or field.label_zh, taken)
    field.position = max((one.position for one in siblings), default=0) + 1
    return checks.settle(field)


def _key(name: str, taken: set[str]) -> str:
    """A short name for a field of this name: its letters, or its pinyin without the tones."""
    letters = re.sub(r"[^a-z0-9]+", "_", name.lower()) if name.isascii() else re.sub(r"\d", "", pinyin_key(name))
    found = re.sub(r"^[^a-z]+", "", letters).strip("_")[:36] or "field"
    number = 2
    key = found
    while key in taken:
        key, number = f"{found}_{number}", number + 1
    return key


def _change(field: CustomField, actor: Actor) -> dict[str, Any]:
    return checks.settle(field)


create = creating("custom_field", prepare=_begin)
edit = editing("custom_field", prepare=_change)


@action(
    "custom_field.move", label=_("Change its place"), icon="arrows-move",
    labels={"to": _("place in the form"), "section": _("section of the form")},
)  # fmt: skip
def move(field: CustomField, *, to: int, section: str | None = None) -> None:
    """Put the field at another place among those in use of its record type, from 1 on in the order of the form, and
    into another section if one is named; the others make room.
    """
    record_type = records.get(field.record_type)
    if section is not None:
        checks.check_section(record_type, section)
        field.section = section
    others = CustomField.objects.filter(record_type=field.record_type).exclude(pk=field.pk)
    row = [one for part in queries.laid_out(record_type, others.filter(retired=False)) for one in part.fields]
    row.insert(max(0, min(to - 1, len(row))), field)
    row += others.filter(retired=True).order_by("position", "id")
    for position, one in enumerate(row, 1):
        if one is field:
            field.position = position
        elif one.position != position:
            CustomField.objects.filter(pk=one.pk).update(position=position)


def _brought_back(event: Event) -> tuple[str, dict[str, Any]]:
    return "bring_back", {}


@action(
    "custom_field.retire", label=_("Retire"), icon="archive", guard=rules.why_not_retire, tone="danger",
    back=_brought_back,
    says=_("Nobody is shown or asked “%(record)s” any more. What records hold is kept and can be brought back."),
)  # fmt: skip
def retire(field: CustomField) -> dict[str, Any]:
    """Show and ask the field nowhere any more. What records hold stays, and comes back with it."""
    field.retired = True
    return {"held": queries.holding(field)}


@action("custom_field.bring_back", label=_("Bring back"), icon="arrow-back-up", guard=rules.why_not_bring_back)
def bring_back(field: CustomField) -> None:
    """Show the field again, with all that records hold."""
    field.retired = False
    checks.settle(field)
