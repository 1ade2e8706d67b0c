"""What a person did in a grid, step by step, so that it can be taken back. Values are the log's; here are only ids."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member
from gucang.kernel.models import CompanyModel, Reference


class Kind(models.TextChoices):
    TYPE = "type", _("typing")
    PASTE = "paste", _("pasting")
    CLEAR = "clear", _("emptying")
    FILL = "fill", _("filling down")
    REPLACE = "replace", _("replacing")
    DELETE = "delete", _("deleting")


class GridStep(CompanyModel):
    """One deed of one person in the grid of one record type. `key` is the browser's name for it.

    `cells` is how many it changed; of a deletion, how many rows it took. `undone` steps wait to be done again, until
    the next deed forgets them.
    """

    derived = True

    member = Reference(Member, models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TYPE)
    cells = models.PositiveIntegerField(default=0)
    undone = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["company", "member", "record_type", "key"], name="one_grid_step"),
        ]
        indexes = [models.Index(fields=["company", "member", "record_type", "-id"], name="grid_steps")]


class GridChange(CompanyModel):
    """One record that a step changed or made, and the event that tells how. `undone` is for a step half taken back."""

    derived = True

    step = Reference(GridStep, models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    made = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["company", "step", "id"], name="grid_changes")]
