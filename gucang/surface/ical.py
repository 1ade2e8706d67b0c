"""The calendar as an iCalendar file (RFC 5545), for phones and other programs that subscribe to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from icalendar import Calendar, Event
from icalendar.enums import CLASS, TRANSP

from gucang.surface.calendarpage import Entry, Span

TYPE = "text/calendar; charset=utf-8"
LASTS = timedelta(minutes=30)
REFRESH = timedelta(hours=1)
NEVER_CHANGED = datetime(2000, 1, 1, tzinfo=UTC)


def mark(entries: Iterable[Entry], span: Span, *, name: str, address: str) -> str:
    """What tells a calendar from another one before it is written, which costs more than reading its entries."""
    shown = [
        (e.dated.name, e.dated.label, e.pk, e.version, e.changed_at, e.title, e.day, e.last, e.at, e.about, e.done)
        for e in entries
    ]
    return hashlib.sha256(repr((name, address, span, get_language(), shown)).encode()).hexdigest()[:32]


def written(entries: Iterable[Entry], span: Span, *, name: str, address: str) -> bytes:
    """The entries as a calendar called `name`. `address` is the company's, such as "https://crm.example.com/acme".

    The same entries give the same bytes. An entry keeps its UID for good and counts its changes in SEQUENCE; one that
    is not there any more was deleted, or moved out of the span. Hours are those of the active time zone.
    """
    found = Calendar.new(
        prodid="-//Gucang//Gucang CRM//ZH",
        calscale="GREGORIAN",
        method="PUBLISH",
        name=name,
        uid=f"calendar@{_place(address)}",
    )
    found.add("x-wr-timezone", timezone.get_current_timezone_name())
    # Two ways to say how often to ask: RFC 7986, and what Outlook reads.
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT1H")
    for entry in entries:
        found.add_component(_event(entry, address))
    found.add_missing_timezones(span.first, span.until)
    return found.to_ical()


def _event(entry: Entry, address: str) -> Event:
    url = f"{address}/{entry.kind.plural}/{entry.pk}"
    changed = (entry.changed_at or NEVER_CHANGED).astimezone(UTC)
    start: Any = timezone.localtime(entry.at) if entry.at else entry.day
    return Event.new(
        uid=f"{entry.dated.name}-{entry.pk}@{_place(address)}",
        stamp=changed,
        last_modified=changed,
        sequence=entry.version,
        summary=f"✓ {entry.title}" if entry.done else entry.title,
        start=start,
        end=start + LASTS if entry.at else entry.last + timedelta(days=1),
        description=_description(entry, url),
        url=url,
        categories=[entry.dated.label],
        # Whoever shares their calendar shares that they are busy, not with whom.
        classification=CLASS.PRIVATE,
        transparency=TRANSP.TRANSPARENT,
    )


def _place(address: str) -> str:
    """What makes a company's names its own: "acme.crm.example.com"."""
    parts = urlsplit(address)
    return f"{parts.path.strip('/')}.{parts.hostname}"


def _description(entry: Entry, url: str) -> str:
    about = _t("About %(what)s") % {"what": entry.about} if entry.about else ""
    return "\n".join(filter(None, (entry.dated.label, about, url)))
