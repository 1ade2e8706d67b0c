"""Notifications by e-mail: what waits for one member goes out in one letter, so that nobody gets forty."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.accounts.models import Member
from gucang.kernel import clock
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id, company_scope, deriving, in_company_scope
from gucang.messages import queries
from gucang.messages.models import Notification

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "gucang_messages"
MOST_LINES = 20
CLAIM_ENDS = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class Letter:
    """An e-mail ready to go: to whom, in which language, about which notifications."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    ids: tuple[int, ...]


def waiting(member_id: int | None = None) -> Any:
    """The notifications that still wait to be mailed: wanted, unread, not too old to be of use."""
    query = Notification.objects.filter(
        mail=True, mailed_at=None, read_at=None, created_at__gt=clock.now() - GIVE_UP_AFTER
    )
    return query if member_id is None else query.filter(member_id=member_id)


def send_waiting(company: int, member_id: int) -> bool:
    """Send one member what waits; returns whether a letter went out. Called outside any scope.

    Three steps, each committed: claim, send, note it as sent. A worker killed in between lets go of its claim after
    ten minutes; the letter keeps its Message-ID, so that a second one is recognised as the same.
    """
    if in_company_scope():
        raise RuntimeError("E-mail is never sent inside a transaction.")
    with company_scope(company):
        letter = _claim(member_id)
    if letter is None:
        return False
    try:
        _send(letter)
    except Exception:
        with company_scope(company):
            _mark(letter.ids, mail_claimed_at=None)
        raise
    with company_scope(company):
        _mark(letter.ids, mailed_at=clock.now())
    return True


def _claim(member_id: int) -> Letter | None:
    member = Member.objects.select_related("user").filter(pk=member_id).first()
    if member is None or not member.may_work or not (to := address_of(member)):
        return None
    now = clock.now()
    if queries.setting_of(member_id).is_quiet(timezone.localtime(now).hour):
        return None
    rows = list(waiting(member_id).select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
    rows = [row for row in rows if row.mail_claimed_at is None or row.mail_claimed_at < now - CLAIM_ENDS]
    if not rows:
        return None
    _mark([row.pk for row in rows], mail_claimed_at=now)
    company = Company.objects.get(pk=active_company_id())
    with in_language_of(member, company):
        return _letter(to, company, rows)


def _mark(ids: Sequence[int], **values: Any) -> None:
    with deriving(APP):
        Notification.objects.filter(pk__in=ids).update(**values)


def address_of(member: Member) -> str:
    """Where a member's letters go: their address in the company, else the one they sign in with."""
    return member.email or (member.user.email if member.user_id and member.user else "")


@contextmanager
def in_language_of(member: Member, company: Company) -> Iterator[None]:
    """The language that the member reads; the company's for one who has never signed in."""
    language = member.user.language if member.user_id and member.user else company.language
    with translation.override(language):
        yield


def _letter(to: str, company: Company, rows: list[Notification]) -> Letter:
    base = f"{settings.PUBLIC_ORIGIN.rstrip('/')}/{company.slug}"
    lines = [(queries.sentence(row), f"{base}/notifications/{row.pk}") for row in rows[:MOST_LINES]]
    left = len(rows) - len(lines)
    if len(rows) == 1:
        subject = lines[0][0]
    else:
        subject = ngettext("%(count)s thing for you", "%(count)s things for you", len(rows)) % {"count": len(rows)}
    more = _t("And %(count)s more.") % {"count": left} if left else ""
    context = {
        "company": company.name, "lines": lines, "more": more, "all_url": f"{base}/notifications",
        "settings_url": f"{base}/notifications/settings",
    }  # fmt: skip
    return Letter(
        to=to,
        subject=" ".join(f"{subject} · {company.name}".split())[:200],
        text=_plain(context),
        html=render_to_string("messages/mail.html", context),
        message_id=f"<notification-{company.pk}-{rows[0].pk}-{rows[-1].pk}@{_domain()}>",
        ids=tuple(row.pk for row in rows),
    )


def _plain(context: dict[str, Any]) -> str:
    parts = [f"{sentence}\n{url}" for sentence, url in context["lines"]]
    if context["more"]:
        parts.append(f"{context['more']}\n{context['all_url']}")
    parts.append(f"--\n{context['company']}\n{_t('Choose what comes by e-mail')}: {context['settings_url']}")
    return "\n\n".join(parts) + "\n"


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"


def _send(letter: Letter) -> None:
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.to],
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(letter.html, "text/html")
    message.send()
