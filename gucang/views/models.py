"""What people keep at hand: lists as they filter and sort them, and the records that they pinned."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Department, Member, Role
from gucang.kernel import records
from gucang.kernel.models import Record, Reference, TagsField

MAX_QUERY = 2000


class Audience(models.TextChoices):
    ME = "me", _("only me")
    ROLE = "role", _("a role")
    DEPARTMENT = "department", _("a department and those below it")
    COMPANY = "company", _("everybody")


class SavedView(Record):
    """A list of one record type under a name. Who opens it sees what they may see of it, and no more."""

    setup = True

    name = models.CharField(_("name"), max_length=40)
    owner = Reference(Member, verbose_name=_("saved by"), related_name="+", editable=False)
    audience = models.CharField(_("who has it"), max_length=12, choices=Audience, default=Audience.ME)
    role = Reference(Role, verbose_name=_("role"), null=True, blank=True, related_name="+")
    department = Reference(Department, verbose_name=_("department"), null=True, blank=True, related_name="+")
    first = models.BooleanField(
        _("the list begins with it"), default=False, help_text=_("Where several are first, one's own wins.")
    )
    record_type = models.CharField(_("list of"), max_length=40, help_text=_("Such as “customer” or “opportunity”."))
    query = models.CharField(
        _("what is shown"), max_length=MAX_QUERY, blank=True, help_text=_("As it stands behind the ? of the list.")
    )

    class Meta(Record.Meta):
        verbose_name = _("view")
        verbose_name_plural = _("views")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "owner", "record_type", "name"],
                condition=Q(deleted_at=None),
                name="one_view_name",
                violation_error_message=_("You have a view with this name already. Choose another name."),
            ),
            models.CheckConstraint(
                condition=Q(audience="role", role__isnull=False) | (~Q(audience="role") & Q(role=None)),
                name="a_view_of_a_role_names_it",
            ),
            models.CheckConstraint(
                condition=Q(audience="department", department__isnull=False)
                | (~Q(audience="department") & Q(department=None)),
                name="a_view_of_a_department_names_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def params(self) -> QueryDict:
        """What the list's address holds: filters, order, columns."""
        return QueryDict(self.query)

    def clean(self) -> None:
        """Refuse a type that has no list, and an audience that is not named."""
        if all(one.name != self.record_type for one in records.every()):
            raise ValidationError({"record_type": _("There is no such list.")})
        if self.audience == Audience.ROLE and self.role is None:
            raise ValidationError({"role": _("Choose the role that gets the view.")})
        if self.audience == Audience.DEPARTMENT and self.department is None:
            raise ValidationError({"department": _("Choose the department that gets the view.")})
        if self.audience != Audience.ROLE:
            self.role = None
        if self.audience != Audience.DEPARTMENT:
            self.department = None


class PinList(Record):
    """The records that one member has pinned, the latest first, each as "customer:17".

    It holds no name of them: whoever may not see a record any more learns nothing from having pinned it once.
    """

    setup = True

    member = Reference(Member, models.CASCADE, verbose_name=_("member"), related_name="+", editable=False)
    pins = TagsField(verbose_name=_("what is pinned"))

    class Meta(Record.Meta):
        verbose_name = _("pinned records")
        verbose_name_plural = _("pinned records")
        constraints = [models.UniqueConstraint(fields=["company", "member"], name="one_pin_list")]

    def __str__(self) -> str:
        return str(self.member)
