"""Departments: a tree without circles."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _t

from gucang.accounts.models import Department, Member
from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.scope import active_company_id


def _one_at_a_time(department: Department, actor: Actor) -> None:
    """Two changes at once could make a circle that neither sees, so changes to one company's tree wait in line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('accounts_department'), %s)", [active_company_id() % 2**31]
        )


def why_needed(department: Department) -> str | None:
    """Why a department cannot go: somebody or something is in it."""
    people = Member.objects.filter(department=department).exclude(status="left").count()
    if people:
        return _t("%(count)s people work in %(name)s; move them first.") % {"count": people, "name": department}
    if Department.objects.filter(parent=department).exists():
        return _t("There are departments below %(name)s; move them first.") % {"name": department}
    return None


create = creating("department", _one_at_a_time)
edit = editing("department", _one_at_a_time)
delete = deleting("department", guard=why_needed)
restore = restoring("department")
