"""Letters, in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, jobs
from gucang.kernel.scope import deriving
from gucang.messages import mail
from gucang.messages.models import Notification

KEEP = timedelta(days=180)


@jobs.job("messages.mail", label=_("Letter of notifications"), outside=True)
def send_mail(company: int, member_id: int) -> None:
    """Send one member what waits for them. A failing mail server makes the queue try again later."""
    mail.send_waiting(company, member_id)


@jobs.every_company("messages.waiting", label=_("Letters that wait"), cron="*/15 * * * *")
def queue_waiting() -> None:
    """Queue a letter for everybody who is still owed one: after quiet hours, after a mail server's bad night."""
    for member_id in mail.waiting().order_by("member_id").values_list("member_id", flat=True).distinct():
        jobs.enqueue("messages.mail", key=str(member_id), member_id=member_id)


@jobs.every_company("messages.forget", label=_("Old notifications go"), cron="40 3 * * *")
def forget_old() -> None:
    """Delete notifications after 180 days: what they told is in the log."""
    with deriving("gucang_messages"):
        Notification.objects.filter(created_at__lt=clock.now() - KEEP).delete()
