"""The words that a process may use: deeds of the program, roles of the company, fields of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _t

from gucang.accounts.models import Role
from gucang.kernel import records
from gucang.kernel.actions import get as action_called
from gucang.kernel.models import Record
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.sops.definitions import Definition, faults_of


def case_types() -> list[tuple[str, Any]]:
    """What a process can be about: every type of which there are many."""
    every = [one for one in records.every() if not one.only and one.name not in _OWN]
    return [(one.name, one.label) for one in every if issubclass(one.model, Record)]


_OWN = ("process", "process_version")


def types_about(case_type: str) -> list[RecordType]:
    """The types whose events may concern a case: its own first, then those that say so."""
    case = records.get(case_type)
    return [case, *(one for one in records.every() if one is not case and _concerns(one, case))]


def _concerns(record_type: RecordType, case: RecordType) -> bool:
    if hasattr(record_type.model, "about_type"):
        return True
    named = (record_type.specs.get(name) for name in record_type.concerns)
    return any(spec is not None and spec.target is case.model for spec in named)


def deeds(case_type: str) -> list[tuple[RecordType, list[tuple[str, Any]]]]:
    """The deeds that may fulfil a step of such a case, by the type that they are done to: (event name, label)."""
    return [
        (one, [(verb.name, verb.label) for verb in one.verbs.values() if verb.verb not in _NO_STEP])
        for one in types_about(case_type)
    ]


_NO_STEP = frozenset(["share", "unshare", "restore", "erase"])


def deed_label(name: str) -> str:
    """What a deed is called, with what it is done to: “Quote · Send”; one that is gone keeps its name."""
    try:
        verb = action_called(name)
        return f"{verb.type.label} · {verb.label}"
    except LookupError:
        return name


def is_deed(name: str) -> bool:
    """Whether any module leaves events of this name."""
    try:
        action_called(name)
    except LookupError:
        return False
    return True


def roles() -> Mapping[str, Role]:
    """The company's roles by what a process calls them: the key of a built-in one, else its number."""
    return kept("roles of processes", lambda: {one.key or str(one.pk): one for one in Role.objects.order_by("pk")})


def role_name(word: str) -> str:
    """What a role is called; one that is gone keeps its word."""
    found = roles().get(word)
    return str(found) if found is not None else word


def faults(words: Definition, case_type: str) -> list[str]:
    """Everything that keeps a draft from being in force, a sentence each."""
    return [*faults_of(words), *_unknown(words, case_type)]


def _unknown(words: Definition, case_type: str) -> Iterator[str]:
    fields, known = records.get(case_type).specs, roles()
    for step in words.steps.values():
        name = step.name or step.key
        for event in step.events:
            if not is_deed(event):
                yield _t("“%(step)s”: there is no deed “%(what)s”.") % {"step": name, "what": event}
        for role in step.roles:
            if role not in known:
                yield _t("“%(step)s”: there is no role “%(what)s”.") % {"step": name, "what": role}
        for field in step.required:
            if field not in fields:
                yield _t("“%(step)s”: there is no field “%(what)s”.") % {"step": name, "what": field}
    for event in words.final:
        if not is_deed(event):
            yield _t("The case ends with a deed that is not there: “%(what)s”.") % {"what": event}
