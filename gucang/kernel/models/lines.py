"""The base of rows that a record owns."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.kernel.models.base import CompanyModel


class Line(CompanyModel):
    """A row of a document. It is written with its document and has neither a version nor a bin of its own.

    `key` is its number within the document for as long as it is there; `position` is its place, from 0.
    """

    key = models.PositiveSmallIntegerField(editable=False)
    position = models.PositiveSmallIntegerField(_("place in the row"), editable=False)

    class Meta:
        abstract = True
        base_manager_name = "objects"
        ordering = ["position"]
