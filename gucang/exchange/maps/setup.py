"""What a ready map makes in the company before its rows come: own fields, departments, people, a pipeline.

Each does nothing where the thing exists already, so that a step may begin twice. All are actions of whoever imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t

from gucang.customfields.actions import create
from gucang.exchange.engine import Work
from gucang.kernel import records
from gucang.kernel.custom import options
from gucang.kernel.errors import Invalid
from gucang.kernel.models import CustomField


def field(
    work: Work, record: str, key: str, label: str, label_en: str, kind: str = "text", choices: Sequence[str] = ()
) -> None:
    """A field of the company's own, "extra.<key>". Raises Invalid when one of that name is of another kind."""
    known = CustomField.objects.filter(record_type=record, key=key).first()
    if known is None:
        values = {
            "record_type": record, "key": key, "label_zh": label, "label_en": label_en, "kind": kind,
            "options": "\n".join(choices),
        }  # fmt: skip
        create(actor=work.actor, values=values)
    elif known.kind != kind or not set(choices) <= {one.zh for one in options.read(known.options)}:
        raise Invalid(
            {key: [_t("The field “%(field)s” exists, but holds something else. Rename it first.") % {"field": label}]}
        )


def named(work: Work, record: str, name: str, **values: Any) -> Any:
    """The record of this type called `name`, made with `values` when there is none."""
    record_type = records.get(record)
    key = ("named", record, name, *sorted((n, getattr(v, "pk", v)) for n, v in values.items() if n == "pipeline"))

    def find() -> Any:
        narrowed = {n: v for n, v in values.items() if n == "pipeline"}
        found = record_type.query(work.actor).filter(name=name, **narrowed).order_by("id").first()
        if found is not None:
            return found
        assert record_type.create is not None
        return record_type.create(actor=work.actor, values={"name": name, **values}).record

    return work.remember(key, find)
