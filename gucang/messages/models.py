"""What the bell shows, and how each member wants to be told."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member
from gucang.kernel.models import CompanyModel, Record, Reference, TagsField


class Notification(CompanyModel):
    """One sentence for one member, told once: (member, key) is unique.

    `sentence` is an English msgid and `params` are its values, so that it reads in the reader's language. A param
    whose name ends in `_on` is an ISO date, one in `_at` an ISO moment. It retells an event or a deadline and leaves
    none itself (see docs/decisions/0031-notifications.md).
    """

    derived = True

    member = Reference(Member, models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(max_length=120)
    sentence = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    about_type = models.CharField(max_length=40, blank=True)
    about_id = models.BigIntegerField(null=True)
    cause = models.BigIntegerField(null=True)
    bell = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    mail_claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "member", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["company", "member", "-id"], condition=models.Q(bell=True), name="notification_bell"),
            models.Index(
                fields=["company", "member"],
                condition=models.Q(bell=True, read_at=None),
                name="notification_unread",
            ),
            models.Index(
                fields=["company", "created_at"],
                condition=models.Q(mail=True, mailed_at=None),
                name="notification_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence % self.params


HOUR = MaxValueValidator(23, _("Write an hour from 0 to 23."))


class NotificationSetting(Record):
    """How one member wants to be told, where that differs from what each kind does by itself."""

    member = Reference(Member, models.CASCADE, verbose_name=_("member"), related_name="+", editable=False)
    bell_off = TagsField(verbose_name=_("not in the bell"))
    mail_off = TagsField(verbose_name=_("no e-mail"))
    mail_on = TagsField(verbose_name=_("by e-mail too"))
    quiet_from = models.PositiveSmallIntegerField(_("e-mail stops at (hour)"), null=True, blank=True, validators=[HOUR])
    quiet_until = models.PositiveSmallIntegerField(
        _("e-mail comes again at (hour)"), null=True, blank=True, validators=[HOUR]
    )

    class Meta(Record.Meta):
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "member"],
                name="one_notification_setting",
                violation_error_message=_("You have chosen before; change that choice instead."),
            )
        ]

    def __str__(self) -> str:
        return str(self.member)

    def clean(self) -> None:
        if (self.quiet_from is None) != (self.quiet_until is None):
            missing = "quiet_from" if self.quiet_from is None else "quiet_until"
            raise ValidationError({missing: _("Quiet hours need a beginning and an end.")})

    def is_quiet(self, hour: int) -> bool:
        """Whether no e-mail is wanted at this hour of the member's day (22 to 7 spans midnight)."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None:
            return False
        return start <= hour < end if start <= end else hour >= start or hour < end
