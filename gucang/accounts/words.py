"""Rights in words: what a permission, a field and a reach are called, wherever people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gucang.kernel import permissions, records
from gucang.kernel.actors import Reach
from gucang.kernel.records import RecordType

_GENERAL = {"view": _("See"), "export": _("Export"), "import": _("Import")}
# Verbs that no record stands behind yet, or that ask only whether somebody may at all: how far has no meaning there.
PLAIN_VERBS = frozenset({"create", "import", "export"})


def type_of(record: str) -> RecordType | None:
    """The record type of that name; None for what only the log has rights about."""
    return next((one for one in records.every() if one.name == record), None)


def things(record: str) -> str:
    """What the records are called, many of them: "customers"."""
    found = type_of(record)
    if found is None:
        return {"*": _t("everything"), "event": _t("Log"), "calendar": _t("Calendar")}.get(record, record)
    return str(found.label_plural)


def verb(permission: str) -> str:
    """What a permission lets somebody do: "See", "Assign"."""
    name = permission.partition(".")[2]
    return str(_GENERAL.get(name) or permissions.known().get(permission, permission))


def permissions_about(record: str) -> list[str]:
    """The permissions about one kind of record: to see it, its verbs in their order, then the others."""
    found = type_of(record)
    first = [f"{record}.{name}" for name in ("view", *(found.verbs if found else ()))]
    known = [name for name in permissions.known() if name.partition(".")[0] == record]
    return sorted(known, key=lambda name: first.index(name) if name in first else len(first))


def right(permission: str, reach: str) -> str:
    """A right as it is named in a refusal: "customers: See (whole company)"."""
    if permission == "*":
        return _t("everything (%(right)s)") % {"right": permission}
    what = _t("everything") if permission.endswith(".*") else verb(permission)
    thing = things(permission.partition(".")[0])
    return ranged(thing, what, reach) if has_reach(permission) else named(thing, what)


def ranged(thing: str, what: str, reach: str) -> str:
    """What is done with things, and how far: "customers: See (whole company)"."""
    return _t("%(things)s: %(what)s (%(reach)s)") % {"things": thing, "what": what, "reach": how_far(reach)}


def how_far(reach: str) -> str:
    """A reach in words, "no" for none."""
    return str(Reach(reach).label) if reach else pgettext("right", "no")


def access_label(access: str) -> str:
    """What somebody may do with a field, in a word or two."""
    return {
        "hidden": _t("hidden"), "masked": _t("shown in part"), "read": _t("read only"), "write": _t("read and change"),
    }[access]  # fmt: skip


def briefly(reach: str) -> str:
    """A reach in the width of a cell."""
    return {
        "own": pgettext("cell", "own"),
        "department": pgettext("cell", "department"),
        "tree": pgettext("cell", "dept. and below"),
        "company": pgettext("cell", "company"),
    }.get(reach) or how_far("")


def how_far_of(permission: str, reach: str) -> str:
    """The same for one permission: "yes" where it does not matter how far."""
    return how_far(reach) if has_reach(permission) or not reach else pgettext("right", "yes")


def has_reach(permission: str) -> bool:
    """Whether it matters how far this permission goes: only for records that somebody owns."""
    record, _dot, name = permission.partition(".")
    found = type_of(record)
    if found is None or not found.owner or name in PLAIN_VERBS:
        return False
    return not (found.visible_with_about and name == "view")


def named(thing: str, what: str) -> str:
    """Something of a thing: "customers: phone"."""
    return _t("%(things)s: %(what)s") % {"things": thing, "what": what}


def field(name: str) -> str:
    """A field with its record: "customers: phone"."""
    record, _dot, part = name.partition(".")
    return named(things(record), field_label(name) or part)


def field_label(name: str) -> str:
    """What a field is called: "phone"; "" for one that is no more."""
    record, _dot, part = name.partition(".")
    found = type_of(record)
    try:
        return str(found.spec(part).label) if found else ""
    except KeyError:
        return ""


def listed(words: Iterable[str]) -> str:
    """Words one after the other: "a, b", in Chinese "a、b"."""
    return pgettext("between words of a list", ", ").join(words)


def joined(clauses: Iterable[str]) -> str:
    """Clauses as one sentence with its full stop, in English with a capital letter."""
    text = pgettext("between clauses", "; ").join(clauses)
    return _t("%(sentence)s.") % {"sentence": text[:1].upper() + text[1:]} if text else ""


def held(grants: Mapping[str, str], permission: str) -> str:
    """How far these grants go for a permission, by its name or by one that covers it; "" for not at all."""
    record = permission.partition(".")[0]
    return next((grants[name] for name in (permission, f"{record}.*", "*") if name in grants), "")
