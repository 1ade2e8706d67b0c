"""The second and third walls as constraints, so that `makemigrations` writes them and tracks them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint

COMPANY_SETTING = "(SELECT nullif(current_setting('app.company_id', true), '')::bigint)"


class _DeferredConstraint(BaseConstraint):
    """A constraint that is its own statement, run after its table exists."""

    def statements(self, model: Any, schema_editor: Any) -> str:
        raise NotImplementedError

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        if (statement := self.create_sql(model, schema_editor)) is not None:
            schema_editor.deferred_sql.append(statement)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(self.statements(model, schema_editor).replace("%", "%%"))

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = None) -> None:
        """Nothing to ask beforehand: the database is the judge."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


class RowSecurity(_DeferredConstraint):
    """Rows of a company are visible and writable only while `app.company_id` names it.

    `forced` also binds the table's owner. It is off where a reviewed function runs as the owner: for the search table,
    because filters by non-leakproof operators cannot use an index under row security, and for the members, because a
    person's companies are asked for before one is chosen.
    """

    def __init__(self, *, name: str, forced: bool = True) -> None:
        super().__init__(name=name)
        self.forced = forced

    def statements(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        force = f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY; " if self.forced else ""
        return (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; {force}"
            f"CREATE POLICY {schema_editor.quote_name(self.name)} ON {table} "
            f"USING (company_id = {COMPANY_SETTING}) WITH CHECK (company_id = {COMPANY_SETTING})"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        table = schema_editor.quote_name(model._meta.db_table)
        return Statement(f"DROP POLICY {schema_editor.quote_name(self.name)} ON {table}")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        if not self.forced:
            kwargs["forced"] = False
        return path, tuple(args), kwargs


class SameCompany(_DeferredConstraint):
    """A reference that cannot leave the company: FOREIGN KEY (company_id, x_id) REFERENCES x (company_id, id).

    Plain foreign-key checks bypass row security, so a plain one could point at a stranger's row.
    """

    def __init__(self, *, name: str, field: str) -> None:
        super().__init__(name=name)
        self.field = field

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        """Wait for the end of the migration: the pair it refers to may be declared later in it."""
        schema_editor.deferred_sql.append(super().create_sql(model, schema_editor))

    def statements(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.field)
        target = field.remote_field.model._meta.db_table
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (company_id, {quote(field.column)}) REFERENCES {quote(target)} (company_id, id)"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return Statement(f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), kwargs | {"field": self.field}


class SetupStamp(_DeferredConstraint):
    """Every change of the table gives its company a new `setup_stamp`: see kernel/setup.py."""

    def statements(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return (
            f"CREATE TRIGGER {quote(self.name)} AFTER INSERT OR UPDATE OR DELETE ON {quote(model._meta.db_table)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION gucang_setup_changed()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return Statement(f"DROP TRIGGER {quote(self.name)} ON {quote(model._meta.db_table)}")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), kwargs


def walls(model: type[models.Model]) -> list[BaseConstraint]:
    """The constraints that every company table carries besides its own.

    A model says `forced_rows = False` or `pair = False` where it must differ, with its reason beside it; `setup = True`
    when it is of what a company sets up, which may be kept between requests.
    """
    meta = model._meta
    table = meta.db_table
    stamps: list[BaseConstraint] = [SetupStamp(name=f"{table}_setup")] if getattr(model, "setup", False) else []
    policy = RowSecurity(name=f"{table}_company", forced=getattr(model, "forced_rows", True))
    if not getattr(model, "pair", True):
        return [policy, *stamps]
    references = [
        field
        for field in meta.local_fields
        if isinstance(field, models.ForeignKey) and field.name != "company" and not _is_platform(field)
    ]
    return [
        policy,
        *stamps,
        models.UniqueConstraint(fields=["company", "id"], name=f"{table}_pair"),
        *(SameCompany(name=f"{table}_{field.name}_here"[:63], field=field.name) for field in references),
    ]


PLATFORM_TARGETS = {"kernel.Company", "accounts.User"}


def _is_platform(field: models.ForeignKey[Any, Any]) -> bool:
    target = field.remote_field.model
    label = target if isinstance(target, str) else target._meta.label
    return label in PLATFORM_TARGETS
