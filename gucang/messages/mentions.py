"""@name in a text."""

from __future__ import annotations

import re

from gucang.accounts.models import Member, Status

# Not inside an e-mail address: "wang@li.com" mentions nobody.
_AT = re.compile(r"(?<![A-Za-z0-9._+-])[@＠]([^@＠\n]{1,60})")


def mentioned(text: str) -> list[Member]:
    """The members whom `text` mentions as @name, each once, in the order of the text. One query.

    After the @ the longest name of a working member counts ("@王芳芳" is not 王芳); of two members with the same name
    both are meant.
    """
    tails = [match.group(1) for match in _AT.finditer(text)]
    if not tails:
        return []
    starts = {tail[:end] for tail in tails for end in range(1, len(tail) + 1)}
    by_name: dict[str, list[Member]] = {}
    for member in Member.objects.filter(name__in=starts).exclude(status=Status.LEFT):
        by_name.setdefault(member.name, []).append(member)
    found: dict[int, Member] = {}
    for tail in tails:
        names = [name for name in by_name if tail.startswith(name)]
        if names:
            found |= {member.pk: member for member in by_name[max(names, key=len)] if member.pk not in found}
    return list(found.values())
