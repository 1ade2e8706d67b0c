"""Which new rows are exactly like a record that is there, or like an earlier row of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _t

from gucang.exchange.engine.plan import Draft, Work
from gucang.kernel.records import RecordType
from gucang.surface import panels

Words = dict[str, str]


class Duplicates:
    """What is there of some new rows. Keys of rows that came in are remembered for the length of the run.

    A handful of statements for all rows together, and none for types whose duplicates nobody can tell.
    """

    def __init__(self, work: Work, record_type: RecordType, drafts: Sequence[Draft]) -> None:
        told = panels.duplicates_of(record_type)
        self._keys = {id(draft): told.keys(draft.values) for draft in drafts} if told is not None else {}
        keys = {key for many in self._keys.values() for key in many}
        self._held: Mapping[str, panels.Advice] = told.held(keys, work.actor) if told is not None and keys else {}
        self._lines: dict[str, int] = work.remember(("lines", record_type.name), dict)

    def sorted_out(self, drafts: Sequence[Draft]) -> tuple[list[tuple[Draft, Words]], list[Draft], list[Draft]]:
        """(duplicates with what is to be said of them, rows of which no two are alike, the others)."""
        found, first, later = [], [], []
        taken: set[str] = set()
        for draft in drafts:
            keys = self._keys.get(id(draft), ())
            if words := self._words(keys):
                found.append((draft, words))
            elif taken.isdisjoint(keys):
                taken.update(keys)
                first.append(draft)
            else:
                later.append(draft)
        return found, first, later

    def _words(self, keys: Sequence[str]) -> Words | None:
        for key in keys:
            if key in self._lines:
                return {"sentence": _t("like line %(line)s of this file") % {"line": self._lines[key]}}
            if (there := self._held.get(key)) is not None:
                said = {"field": there.title[:120], "old": there.name[:200], "new": there.url[:200]}
                return said | {"sentence": there.note[:500]}
        return None

    def made(self, drafts: Sequence[Draft]) -> None:
        """Remember the rows that came in."""
        for draft in drafts:
            for key in self._keys.get(id(draft), ()):
                self._lines.setdefault(key, draft.line)
