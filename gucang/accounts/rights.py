"""A role's rights as lines of text: what the rights dialog, the API and the log of changes write and read."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _t

from gucang.accounts import words
from gucang.kernel import custom, permissions, records
from gucang.kernel.actors import Access, Reach
from gucang.kernel.errors import Invalid
from gucang.kernel.models import CustomField

ACCESS_WORDS = "、".join(Access)
REACH_WORDS = "、".join(Reach)


def write_grants(grants: Mapping[str, str]) -> str:
    """{permission: reach} as one "permission reach" a line."""
    return "\n".join(f"{name} {reach}" for name, reach in sorted(grants.items()))


def read_grants(text: str) -> dict[str, str]:
    """The reverse of `write_grants`. Raises Invalid for what is not known."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _space, reach = line.partition(" ")
        found[_permission(name)] = _reach(line, reach.strip())
    return found


def _permission(name: str) -> str:
    try:
        return permissions.check_known(name)
    except LookupError:
        near = get_close_matches(name, permissions.known(), n=3)
        meant = _t(" Did you mean %(names)s?") % {"names": words.listed(near)} if near else ""
        sentence = _t("There is no right “%(name)s”.") % {"name": name[:80]} + meant
    raise Invalid({"grants": [sentence]})


def _reach(line: str, reach: str) -> str:
    try:
        return Reach(reach).value
    except ValueError:
        raise Invalid(
            {"grants": [_t("“%(line)s” does not say how far; write “customer.view own”, with one of %(reaches)s.")
                        % {"line": line[:80], "reaches": REACH_WORDS}]}
        ) from None  # fmt: skip


def write_rules(rules: Mapping[str, Mapping[str, str]]) -> str:
    """Field rules as one "record.field inside [within beyond]" a line."""
    return "\n".join(
        " ".join([name, *(rule[part] for part in ("inside", "within", "beyond") if rule.get(part))])
        for name, rule in sorted(rules.items())
    )


def read_rules(text: str) -> dict[str, dict[str, str]]:
    """The reverse of `write_rules`. Raises Invalid for what is not known."""
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            name, *words = line.split()
            found[_field(name)] = _rule(words)
        except (LookupError, ValueError):
            raise Invalid(
                {"field_rules": [_t("“%(line)s” is not understood; write “contact.phone write own masked”, with"
                                    " accesses %(accesses)s and reaches %(reaches)s.")
                                 % {"line": line[:80], "accesses": ACCESS_WORDS, "reaches": REACH_WORDS}]}
            ) from None  # fmt: skip
    return found


def _rule(words: list[str]) -> dict[str, Any]:
    if len(words) == 1:
        return {"inside": Access(words[0]).value}
    inside, within, beyond = words
    return {"inside": Access(inside).value, "within": Reach(within).value, "beyond": Access(beyond).value}


def _field(name: str) -> str:
    record, _dot, field = name.partition(".")
    if field.startswith(custom.PREFIX):
        # A retired field keeps its rules, as it keeps what records hold: they hold again when it is brought back.
        key = field.removeprefix(custom.PREFIX)
        if not CustomField.objects.filter(record_type=record, key=key).exists():
            raise LookupError(name)
        return name
    records.get(record).spec(field)
    return name


__all__ = ["read_grants", "read_rules", "write_grants", "write_rules"]
