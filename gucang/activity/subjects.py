"""What one may write about: whoever owns a record type says so in its records.py, `subjects.allow("customer")`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.records import RecordType

# Entries are subjects themselves: one coaches on a follow-up and attaches a file to a task.
COACHED = ("follow_up", "task")
ATTACHED = (*COACHED, "coaching")
_allowed: list[str] = []
_internal: set[str] = set()
_contracted: set[str] = set()


def allow(*names: str, internal: bool = False) -> None:
    """Let follow-ups, tasks, coaching and attachments be about records of these types.

    With `internal` they are the company's own business: no calls to or visits at a customer are offered there.
    """
    _allowed.extend(name for name in names if name not in _allowed)
    if internal:
        _internal.update(names)


def is_internal(name: str) -> bool:
    """Whether records of this type are nothing that one speaks about with a customer."""
    return name in _internal


def allowed(name: str) -> bool:
    """Whether one may write about records of this type: those that were allowed, and all that a company made itself."""
    return name in _allowed or ((own := records.own().get(name)) is not None and not own.retired)


def may_have_files(name: str) -> bool:
    """Whether files may hang on records of this type."""
    return allowed(name) or name in ATTACHED


def allow_contracts(name: str) -> None:
    """Let contracts hang on records of this type."""
    _contracted.add(name)


def may_have_contracts(name: str) -> bool:
    """Whether contracts may hang on records of this type."""
    return name in _contracted


def types(also: tuple[str, ...] = ()) -> list[RecordType]:
    """The record types one may write about, and `also` these entries."""
    return [one for one in records.every() if one.own or one.name in (*_allowed, *also)]


def choices(also: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """The subjects as choices of a field."""
    return [(record_type.name, record_type.label) for record_type in types(also)]


def choices_to_coach() -> list[tuple[str, Any]]:
    """What one may coach on."""
    return choices(COACHED)


def choices_to_attach() -> list[tuple[str, Any]]:
    """What files may hang on."""
    return choices(ATTACHED)


def find(actor: Actor, name: str, pk: Any, also: tuple[str, ...] = ()) -> Any:
    """The record that `actor` wants to write about. Raises Invalid (field `about_id`) when they may not see it."""
    record_type = next((one for one in types(also) if one.name == name), None)
    if record_type is None:
        raise Invalid({"about_type": [_t("One cannot write about this. Choose one from the list.")]})
    found = record_type.query(actor).filter(pk=pk).first() if pk is not None else None
    if found is None:
        sentence = _t("There is no %(what)s with this number that you may see.") % {"what": record_type.label}
        raise Invalid({"about_id": [sentence]})
    return found
