"""When the company works: calendars with their weeks, the days that differ, and who is away."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Department, Member
from gucang.kernel.models import CompanyModel, Record, Reference, TagsField, list_index
from gucang.worktime.shifts import Shifts, read_shifts

HOURS_HELP = _("Such as 09:00-12:00, 13:30-18:00; over midnight 22:00-06:00. Empty is a day off.")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONE = "Asia/Shanghai"
OFFICE_HOURS = "09:00-12:00, 13:30-18:00"


def _hours(label: Any, hours: str = OFFICE_HOURS) -> models.CharField[str, str]:
    return models.CharField(label, max_length=100, blank=True, default=hours, help_text=HOURS_HELP)


class WorkCalendar(Record):
    """The hours of an ordinary week. `SpecialDay` says which days differ; `hours.WorkHours` computes with both."""

    setup = True

    name = models.CharField(_("name"), max_length=40)
    zone = models.CharField(
        _("time zone"), max_length=40, default=ZONE, help_text=_("Such as Asia/Shanghai or Europe/Berlin.")
    )
    monday = _hours(_("Monday"))
    tuesday = _hours(_("Tuesday"))
    wednesday = _hours(_("Wednesday"))
    thursday = _hours(_("Thursday"))
    friday = _hours(_("Friday"))
    saturday = _hours(_("Saturday"), "")
    sunday = _hours(_("Sunday"), "")
    # What follows is written by verbs of its own.
    is_default = models.BooleanField(_("the company's usual one"), default=False, editable=False)
    confirmed = TagsField(verbose_name=_("confirmed years"), editable=False)

    class Meta(Record.Meta):
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_work_calendar_name",
                violation_error_message=_("There is already a working calendar with this name."),
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True, deleted_at=None), name="one_default_work_calendar"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a time zone that nobody knows."""
        try:
            zoneinfo.ZoneInfo(self.zone)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            raise ValidationError({"zone": _("There is no such time zone. Write one like Asia/Shanghai.")}) from None

    @property
    def week(self) -> tuple[Shifts, ...]:
        """The shifts of Monday to Sunday."""
        return tuple(read_shifts(getattr(self, name)) for name in WEEKDAYS)

    @property
    def usual(self) -> str:
        """The hours of an ordinary working day: those of the first weekday that has any."""
        return next((hours for name in WEEKDAYS if (hours := getattr(self, name))), "")


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("public holiday")
    MAKE_UP = "make_up", _("make-up workday")
    CLOSED = "closed", _("company day off")
    HOURS = "hours", _("other hours")


class SpecialDay(Record):
    """A day that is not like others of its weekday."""

    setup = True

    calendar = Reference(WorkCalendar, verbose_name=_("working calendar"), related_name="days")
    on = models.DateField(_("day"))
    kind = models.CharField(_("kind of day"), max_length=10, choices=DayKind, default=DayKind.CLOSED)
    name = models.CharField(_("what for"), max_length=60, blank=True)
    hours = models.CharField(
        _("hours"), max_length=100, blank=True,
        help_text=_("Such as 09:00-12:00. A make-up workday without hours has the usual ones."),
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "calendar", "on"],
                condition=Q(deleted_at=None),
                name="one_special_day",
                violation_error_message=_("This day is entered already. Change it there."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}".strip()


class DepartmentCalendar(CompanyModel):
    """A department that does not use the company's usual calendar; those below it follow."""

    setup = True

    department = Reference(Department, models.CASCADE, related_name="+")
    calendar = Reference(WorkCalendar, models.CASCADE, related_name="departments")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "department"], name="one_calendar_a_department")]


class LeaveKind(models.TextChoices):
    ANNUAL = "annual", pgettext_lazy("leave", "annual leave")
    SICK = "sick", pgettext_lazy("leave", "sick leave")
    PERSONAL = "personal", pgettext_lazy("leave", "personal leave")
    FAMILY = "family", pgettext_lazy("leave", "marriage, birth or bereavement")
    TRIP = "trip", pgettext_lazy("leave", "business trip")
    OTHER = "other", pgettext_lazy("leave", "away")


class FirstDay(models.TextChoices):
    WHOLE = "whole", pgettext_lazy("leave", "the whole day")
    AFTERNOON = "afternoon", pgettext_lazy("leave", "from noon on")


class LastDay(models.TextChoices):
    WHOLE = "whole", pgettext_lazy("leave", "the whole day")
    MORNING = "morning", pgettext_lazy("leave", "until noon")


class Leave(Record):
    """Some days on which a member is away, the first and the last perhaps by half, and who stands in."""

    member = Reference(Member, verbose_name=_("member"), null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=LeaveKind, default=LeaveKind.ANNUAL)
    begins_on = models.DateField(_("first day"))
    begins = models.CharField(_("on the first day"), max_length=9, choices=FirstDay, default=FirstDay.WHOLE)
    ends_on = models.DateField(_("last day"))
    ends = models.CharField(_("on the last day"), max_length=9, choices=LastDay, default=LastDay.WHOLE)
    deputy = Reference(
        Member, verbose_name=_("deputy"), null=True, blank=True, related_name="+",
        help_text=_("Who is asked meanwhile."),
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("absence", "leave")
        verbose_name_plural = pgettext_lazy("absences", "leave")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")),
                name="leave_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first one."),
            )
        ]
        indexes = [
            list_index("leave_by_member", "member", "ends_on"),
            list_index("leave_by_day", "begins_on", carries=["member"]),
        ]

    def __str__(self) -> str:
        # No translated word, for the log is read in every language; and no member, whom lists would ask for one by one.
        first = f"{self.begins_on:%Y-%m-%d}" + (" ½" if self.begins == FirstDay.AFTERNOON else "")
        half = " ½" if self.ends == LastDay.MORNING else ""
        return first + half if self.ends_on == self.begins_on else f"{first} – {self.ends_on:%Y-%m-%d}{half}"

    def clean(self) -> None:
        """Refuse days that run backwards, and somebody who stands in for themselves."""
        if self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            raise ValidationError({"ends_on": _("The last day lies before the first one.")})
        if self.begins_on == self.ends_on and self.begins == FirstDay.AFTERNOON and self.ends == LastDay.MORNING:
            raise ValidationError({"ends": _("Noon is no time at all. Choose one half of the day, or the whole.")})
        if self.deputy_id is not None and self.deputy_id == self.member_id:
            raise ValidationError({"deputy": _("Choose somebody else: nobody stands in for themselves.")})
