"""Checks at start: what must hold for the walls and the declarations, each with a sentence about the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import connections, models

from gucang.kernel import records
from gucang.kernel.constraints import RowSecurity, SameCompany
from gucang.kernel.lines import Lines
from gucang.kernel.models import CompanyModel, Reference

# Tables of ours outside row security, each with its reason.
PLATFORM_TABLES = {
    "kernel.Company": "read before a company scope can exist: the address names it",
    "accounts.User": "one person signs in once and may be a member of several companies",
    "accounts.SecurityEvent": "a failed sign-in belongs to no company, and hostile ones must not be lost",
    "accounts.SetupLink": "it opens the door to the first company, before any exists",
}


def check_models(app_configs: Sequence[AppConfig] | None = None, **options: Any) -> list[CheckMessage]:
    """Every table of ours has its walls."""
    return [problem for model in _own_models() for problem in _model_problems(model)]


def _own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith("gucang.")]


def _model_problems(model: type[models.Model]) -> Iterator[CheckMessage]:
    label = model._meta.label
    if not issubclass(model, CompanyModel):
        if label not in PLATFORM_TABLES:
            yield Error(
                f"{label} is not a CompanyModel.",
                hint="Derive it from CompanyModel, or list it in kernel.checks.PLATFORM_TABLES with a reason.",
                obj=model,
                id="gucang.E001",
            )
        return
    for many in model._meta.local_many_to_many:
        yield Error(
            f"{label}.{many.name} makes a table without a company.",
            hint="Write the table between them as a CompanyModel of its own.",
            obj=model,
            id="gucang.E002",
        )
    kinds = {type(constraint) for constraint in model._meta.constraints}
    if RowSecurity not in kinds:
        yield Error(
            f"{label} has no row security.",
            hint="Do not replace Meta.constraints.",
            obj=model,
            id="gucang.E003",
        )
    walled = {c.field for c in model._meta.constraints if isinstance(c, SameCompany)}
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.name != "company" and not isinstance(field, Reference):
            if field.remote_field.model._meta.label in PLATFORM_TABLES:
                continue
            yield Error(
                f"{label}.{field.name} is a plain foreign key.",
                hint="Use Reference.",
                obj=model,
                id="gucang.E004",
            )
        elif isinstance(field, Reference) and field.name not in walled:
            yield Error(f"{label}.{field.name} may leave its company.", obj=model, id="gucang.E005")


def check_record_types(app_configs: Sequence[AppConfig] | None = None, **options: Any) -> list[CheckMessage]:
    """Every declaration names only what exists."""
    return [
        Error(f"Record type {record_type.name}: {problem}", id="gucang.E010")
        for record_type in records.every()
        for problem in _declaration_problems(record_type)
    ]


def _declaration_problems(record_type: records.RecordType) -> Iterator[str]:
    known = {field.name for field in record_type.model._meta.get_fields()}
    for group in ("columns", "filters", "concerns", "apart", "brief"):
        for name in getattr(record_type, group):
            if name not in known:
                yield f"{group} name {name!r}, which {record_type.model.__name__} does not have."
    for name in record_type.form.fields:
        if name not in record_type.specs:
            yield f"the form names {name!r}, which is no field that forms can show."
    for name in record_type.form.first:
        if name not in record_type.form.fields:
            yield f"the form's first fields name {name!r}, which is not in its sections."
    if record_type.lines is not None:
        yield from _lines_problems(record_type, record_type.lines)
    if record_type.order.lstrip("-") not in known:
        yield f"the order {record_type.order!r} is no field."
    for action in record_type.verbs.values():
        if action.record_name != record_type.name:
            yield f"the action {action.name} belongs to another record type."
        if action.internal:
            yield f"the action {action.name} is the program's own; it is no verb that people are offered."
    for path in record_type.search:
        if path.partition("__")[0] not in known:
            yield f"search names {path!r}."
    if record_type.number and "number" not in known:
        yield "it has a number pattern but its model has no field `number`."
    if record_type.board and record_type.board.by not in known:
        yield f"the board is over {record_type.board.by!r}, which is no field."
    if record_type.calendar:
        yield from _calendar_problems(record_type, record_type.calendar)
    if record_type.owner and record_type.owner_field not in known:
        yield f"the owner path {record_type.owner!r} starts nowhere."
    if record_type.owner.count("__") > 1:
        yield f"the owner path {record_type.owner!r} leads through more than one record."
    for related in record_type.related:
        if not any(other.name == related.record for other in records.every()):
            yield f"it names the related record type {related.record!r}, which nobody registered."


def _lines_problems(record_type: records.RecordType, lines: Lines) -> Iterator[str]:
    names = {field.name for field in lines.model._meta.concrete_fields}
    for name in (*lines.fields, *lines.shown, lines.to):
        if name not in names:
            yield f"its lines name {name!r}, which {lines.model.__name__} does not have."
    if lines.to in names and lines.model._meta.get_field(lines.to).related_model is not record_type.model:
        yield f"its lines belong by {lines.to!r} to something else."


def _calendar_problems(record_type: records.RecordType, calendar: records.Calendar) -> Iterator[str]:
    if not calendar.by:
        yield "the calendar names neither a day (`on`) nor a moment (`at`)."
    kinds = (calendar.on, "date"), (calendar.at, "moment"), (calendar.until, "date"), (calendar.about, "reference")
    for name, kind in kinds:
        if name and (name not in record_type.specs or record_type.specs[name].kind != kind):
            yield f"the calendar names {name!r}, which is no {kind} of {record_type.model.__name__}."
    for name in calendar.title:
        if name not in record_type.specs:
            yield f"the calendar's title names {name!r}, which is no field."
    if calendar.tone not in calendar.TONES:
        yield f"the calendar's tone {calendar.tone!r} is none of {', '.join(calendar.TONES)}."
    if calendar.offered and record_type.create is None:
        yield "the calendar offers to make one, but it has no create action."
    verb = record_type.verbs.get(calendar.move)
    if calendar.move and verb is None:
        yield f"the calendar moves by {calendar.move!r}, which is none of its verbs."
    elif verb is not None and verb is record_type.edit:
        for name in calendar.written:
            if name not in record_type.form.fields:
                yield f"the calendar moves {name!r}, which is not in its form."
    elif verb is not None and not any(spec.name == "to" and spec.kind == "date" for spec in verb.params):
        yield f"the calendar moves by {verb.name}, which has no date parameter `to`."


def check_database_role(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """The second wall stands only for a plain role: superusers and BYPASSRLS roles ignore it silently."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            name, superuser, bypasses = cursor.fetchone()
        if superuser or bypasses:
            problems.append(
                Error(
                    f"The database role {name} would see every company's rows.",
                    hint="Connect as a role with NOSUPERUSER NOBYPASSRLS, such as gucang_app.",
                    id="gucang.E020",
                )
            )
    return problems
