"""The tenant."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel import setup
from gucang.kernel.scope import check_writing

RESERVED_SLUGS = frozenset(
    [
        "accounts",
        "static",
        "api",
        "design",
        "healthz",
        "readyz",
        "setup",
        "files",
        "join",
        "docs",
        "admin",
        "assets",
        "favicon.ico",
        "robots.txt",
        "service-worker.js",
        "manifest.webmanifest",
        "welcome",
        "companies",
    ]
)


class Kind(models.TextChoices):
    LIVE = "live", _("live")
    TRAINING = "training", _("training")


class Rounding(models.TextChoices):
    """Where the amounts of documents are rounded: each line, or the total, of which the lines get their parts."""

    LINE = "line", _("each line by itself")
    TOTAL = "total", _("the total, shared out to the lines")


class Company(models.Model):
    """One company. A platform table: it is read before a scope can exist, so row security does not cover it."""

    slug = models.SlugField(
        pgettext_lazy("of a web page", "address"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]{1,39}$", _("Use small Latin letters, digits and hyphens."))],
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LIVE)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    # Renewed by the database with each change of this row or of a `setup` table: see kernel/setup.py.
    setup_stamp = models.UUIDField(default=uuid4, editable=False)
    created_at = models.DateTimeField(_("created"))

    # A record like any other to its pages, but for the bin: a company never lies there.
    deleted_at: None = None

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        check_writing(type(self))
        setup.changes()
        super().save(*args, **options)
