"""What a migration says of the models is what Django itself would draw."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations
from django.db.migrations.state import ProjectState

from gucang.config.states import kept_drawn

STEPS = [
    operations.CreateModel("Company", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]),
    operations.CreateModel(
        "Order",
        [("id", models.AutoField(primary_key=True)), ("company", models.ForeignKey("t.Company", models.PROTECT))],
    ),
    operations.CreateModel("Unit", [("id", models.AutoField(primary_key=True))]),
    operations.AddField("Order", "unit", models.ForeignKey("t.Unit", models.PROTECT, related_name="+", null=True)),
    operations.AddField("Order", "amount", models.IntegerField(default=7), preserve_default=False),
    operations.AddField("Company", "parent", models.ForeignKey("t.Company", models.PROTECT, null=True)),
    operations.AddIndex("Order", models.Index(fields=["amount"], name="by_amount")),
    operations.AddIndex("Order", models.Index(fields=["unit"], name="by_unit")),
    operations.AddConstraint("Order", models.CheckConstraint(condition=models.Q(amount__gt=0), name="some")),
    operations.RemoveIndex("Order", "by_amount"),
    operations.AlterField("Company", "name", models.CharField(max_length=9)),
    operations.RemoveConstraint("Order", "some"),
    operations.RemoveField("Order", "unit"),
]  # fmt: skip


def _told(apps: Any) -> dict[str, Any]:
    """What the statements of a migration are written from."""
    told = {}
    for model in apps.get_models():
        meta = model._meta
        told[meta.model_name] = {
            "fields": [(field.name, field.column, field.has_default()) for field in meta.local_fields],
            "kinds": [(type(field).__name__, field.null, getattr(field, "max_length", None))
                      for field in meta.local_fields],
            "leads to": [field.remote_field.model._meta.label for field in meta.local_fields if field.is_relation],
            "is led to by": sorted(one.related_model._meta.label for one in meta.related_objects),
            "indexes": [index.name for index in meta.indexes],
            "constraints": [constraint.name for constraint in meta.constraints],
        }  # fmt: skip
    return told


@pytest.mark.parametrize("count", range(1, len(STEPS) + 1))
def test_after_each_step_the_models_are_as_django_draws_them(count: int) -> None:
    ours, theirs = ProjectState(), ProjectState()
    with kept_drawn():
        _ = ours.apps
        for step in STEPS[:count]:
            step.state_forwards("t", ours)
    for step in STEPS[:count]:
        step.state_forwards("t", theirs)
    assert _told(ours.apps) == _told(theirs.apps)
    assert ours.models == theirs.models


def test_models_that_lead_to_a_changed_one_lead_to_the_model_that_is_registered() -> None:
    state = ProjectState()
    with kept_drawn():
        _ = state.apps
        for step in STEPS:
            step.state_forwards("t", state)
    order, company = state.apps.get_model("t", "Order"), state.apps.get_model("t", "Company")
    assert order._meta.get_field("company").remote_field.model is company
    assert company._meta.get_field("parent").remote_field.model is company


def test_django_draws_by_itself_afterwards() -> None:
    before = ProjectState.add_model
    with kept_drawn():
        assert ProjectState.add_model is not before
    assert ProjectState.add_model is before
