"""Base classes of company tables: the manager that raises, the guard on writes, the walls in Meta.constraints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from django.db import models
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from gucang.kernel.constraints import walls
from gucang.kernel.scope import active_company_id, check_writing


class CompanyQuerySet(models.QuerySet[Any]):
    """A queryset whose bulk writes need a running action, as `save` does."""

    def update(self, **values: Any) -> int:
        check_writing(self.model)
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        check_writing(self.model)
        return super().delete()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        check_writing(self.model)
        return super().bulk_create(objs, *args, **options)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        check_writing(self.model)
        return super().bulk_update(objs, list(fields), batch_size=batch_size)

    def _raw_delete(self, using: Any) -> int:
        check_writing(self.model)
        return super()._raw_delete(using)


class CompanyManager(models.Manager.from_queryset(CompanyQuerySet)):  # type: ignore[misc]
    """Rows of the active company; raises NoCompanyScope where there is none. There is no switch to turn it off."""

    living = False

    def get_queryset(self) -> CompanyQuerySet:
        return _rows(self.model, active_company_id(), self.living).all()


class LivingManager(CompanyManager):
    """The same without what lies in the bin."""

    living = True


@lru_cache(maxsize=1024)
def _rows(model: type[models.Model], company_id: int, living: bool) -> CompanyQuerySet:
    """The query that each read of a model begins with; `.all()` copies it, which is cheaper than building it anew."""
    found = CompanyQuerySet(model).filter(company_id=company_id)
    if rows := getattr(model, "only_rows", None):
        found = found.filter(**rows)
    return found.filter(deleted_at=None) if living else found


class CompanyModelBase(ModelBase):
    """Adds the walls to every concrete company model, so that nobody has to remember them."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **options: Any) -> type:
        model: Any = super().__new__(cls, name, bases, attrs, **options)
        meta = model._meta
        if not (meta.abstract or meta.proxy) and attrs.get("__module__") != "__fake__":
            meta.constraints = [*meta.constraints, *walls(model)]
            meta.original_attrs["constraints"] = meta.constraints
        return model


class CompanyModel(models.Model, metaclass=CompanyModelBase):
    """A row that belongs to one company."""

    # Whether this is of what a company sets up once and reads all day: see kernel/setup.py.
    setup: ClassVar[bool] = False
    # Of a proxy that stands for some rows of its table: what they have in common, such as {"type_id": 7}.
    only_rows: ClassVar[Mapping[str, Any]] = {}

    company = models.ForeignKey(
        "kernel.Company",
        models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    objects: ClassVar[Any] = CompanyManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        check_writing(type(self))
        if self.company_id is None:
            self.company_id = active_company_id()
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        check_writing(type(self))
        return super().delete(*args, **options)


class Record(CompanyModel):
    """A company row that people see: it has a version, custom fields, and goes to the bin before it goes away.

    `version` counts the events that changed it: 1 after creation. Forms and `If-Match` carry it.
    """

    version = models.PositiveIntegerField(default=0, editable=False)
    extra = models.JSONField(_("custom fields"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("last change"), editable=False)
    deleted_at = models.DateTimeField(_("in the bin since"), null=True, blank=True, editable=False)

    # Another record that an action, or what follows it, has made of this one: the page goes on there.
    made: Any = None

    objects: ClassVar[Any] = LivingManager()
    with_bin: ClassVar[Any] = CompanyManager()

    class Meta:
        abstract = True
        base_manager_name = "with_bin"


class AboutRecord(Record):
    """A record about any other one (a follow-up, a task): it joins that record's timeline and what that concerns.

    Whoever sees that record and may view the type sees its events there, unless `seen_with_it` is False: then its own
    rule of who may see it decides.
    """

    seen_with_it: ClassVar[bool] = True

    about_type = models.CharField(max_length=40, editable=False)
    about_id = models.BigIntegerField(editable=False)

    class Meta(Record.Meta):
        abstract = True

    def get_about(self) -> Any:
        """The record this is about, from the bin too; None when it is gone for good. One query, then remembered."""
        if not hasattr(self, "_about"):
            from gucang.kernel import records
            from gucang.kernel.events import with_bin

            self._about = with_bin(records.get(self.about_type)).filter(pk=self.about_id).first()
        return self._about

    def set_about(self, record: Any) -> None:
        """Make this about `record`."""
        from gucang.kernel import records

        self.about_type, self.about_id = records.by_model(type(record)).name, record.pk
        self._about = record


def list_index(name: str, *fields: str, carries: Iterable[str] = ()) -> models.Index:
    """The index behind a list sorted by `fields`, of the rows that are not in the bin.

    It `carries` what decides who may see a row (its owner), so that counting a list reads the index alone.
    """
    return models.Index(
        fields=["company", *fields], name=name, include=tuple(carries), condition=models.Q(deleted_at=None)
    )


def bin_index(name: str) -> models.Index:
    """The index behind the bin: the few rows in it, the last deleted first."""
    return models.Index(
        fields=["company", "-deleted_at", "-id"], name=name, condition=models.Q(deleted_at__isnull=False)
    )
