"""The first statement of every request below /<company>/: the company, the sign-in and the person, read together."""

from __future__ import annotations

from functools import cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from gucang.accounts.models import User
from gucang.kernel.models import Company
from gucang.surface.middleware import find_company_with


@find_company_with
def company_and_person(request: Any, slug: str) -> Company | None:
    """The company at `slug`; on the way, `request` gets its session and its user, where they are beyond doubt.

    What is not there (an old session, one whose password has changed) is left to Django, which asks again and decides.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [request.session.session_key, timezone.now(), slug])
        row = cursor.fetchone()
    if row is None:
        return None
    companys, data, persons = _parts(row)
    if data is not None:
        request.session._session_cache = request.session.decode(data)
        if persons[0] is not None:
            _recognise(request, _instance(User, persons))
    return _instance(Company, companys)


def _recognise(request: Any, user: User) -> None:
    """Let `user` be who asks when the session says so, with the hash of the present password."""
    session = request.session
    if (
        user.is_active
        and session.get(SESSION_KEY) == str(user.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    ):
        request.user = user


@cache
def _statement() -> str:
    company, session, place, user = (model._meta.db_table for model in (Company, Session, UserSession, User))
    return (
        f"SELECT {_columns(Company, 'c')}, s.session_data, {_columns(User, 'u')} FROM {company} c "  # noqa: S608
        f"LEFT JOIN {session} s ON s.session_key = %s AND s.expire_date > %s "
        f"LEFT JOIN {place} p ON p.session_key = s.session_key LEFT JOIN {user} u ON u.id = p.user_id WHERE c.slug = %s"
    )


def _columns(model: type[models.Model], alias: str) -> str:
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def _parts(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], str | None, tuple[Any, ...]]:
    mark = len(Company._meta.concrete_fields)
    return row[:mark], row[mark], row[mark + 1 :]


def _instance(model: Any, values: tuple[Any, ...]) -> Any:
    """A model instance of one row, as a query would make it."""
    found = []
    for field, value in zip(model._meta.concrete_fields, values, strict=True):
        for convert in field.get_db_converters(connection):
            value = convert(value, None, connection)
        found.append(value)
    return model.from_db("default", [field.attname for field in model._meta.concrete_fields], found)
