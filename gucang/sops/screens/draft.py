"""What the editor holds of a version's words until they are saved. It travels in the form: one button saves it all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from gucang.kernel.errors import Invalid
from gucang.sops import definitions, outline
from gucang.sops.definitions import BLOCKS, Definition, Node, keys_of
from gucang.sops.models import ProcessVersion

MOST_CHARACTERS = 400_000
_MOVES = {"up": outline.up, "down": outline.down, "in": outline.into, "out": outline.out}


@dataclass
class Draft:
    """The words as the definition's JSON, the step that is open in the form, and what changes with this version."""

    tree: Node
    steps: list[dict[str, Any]]
    final: list[str]
    open: str = ""
    reason: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, version: ProcessVersion) -> Draft:
        """As it is saved, with the first step open."""
        return cls._from(version.read(), next(keys_of(version.read().outline), ""), version.reason)

    @classmethod
    def _from(cls, words: Definition, opened: str, reason: str) -> Draft:
        raw = words.to_json()
        return cls(raw["tree"], raw["steps"], raw["final"], opened, reason)

    @classmethod
    def read(cls, sent: QueryDict) -> Draft:
        """As the form sends it. Raises Invalid for what no form of ours sends."""
        given = sent.get("definition", "")
        words = definitions.read(given if len(given) <= MOST_CHARACTERS else "")
        draft = cls._from(words, sent.get("open", ""), sent.get("reason", "").strip()[:300])
        draft.final = list(dict.fromkeys(filter(None, sent.getlist("final"))))
        draft._take_step(sent)
        return draft

    @property
    def step(self) -> dict[str, Any] | None:
        """The step that is open."""
        return next((one for one in self.steps if one["key"] == self.open), None)

    def _take_step(self, sent: QueryDict) -> None:
        step = self.step
        if step is None or "s-name" not in sent:
            return
        step["name"] = sent.get("s-name", "").strip()[:80]
        step["events"] = list(dict.fromkeys(filter(None, sent.getlist("s-event"))))
        for name in ("roles", "four_eyes", "required"):
            step[name] = sent.getlist(f"s-{name}")
        step["serves"] = {
            "whom": sent.get("s-whom", "").strip()[:200],
            "when_late": sent.get("s-late", "").strip()[:300],
        }
        step["instruction"] = sent.get("s-instruction", "")
        step["limit"] = self._limit(sent)

    def _limit(self, sent: QueryDict) -> dict[str, Any] | None:
        amount = sent.get("s-amount", "").strip()
        if not amount:
            return None
        number = int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 6 else 0
        raw = {"amount": number, "unit": sent.get("s-unit", "hours"), "after": sent.get("s-after") or None}
        try:
            definitions.read({"steps": [{"key": "x", "limit": raw}]})
        except Invalid as problem:
            self.wrong["amount"] = str(problem)
            return None
        return raw

    def press(self, do: str) -> None:
        """What a button does: "open:key", "step:1-0", "up:2", "wrap.choice:1"; anything else changes nothing."""
        verb, _colon, rest = do.partition(":")
        verb, _dot, kind = verb.partition(".")
        if verb == "open":
            self.open = rest if any(one["key"] == rest for one in self.steps) else self.open
            return
        path = outline.read_place(rest)
        if path is None:
            return
        if verb in _MOVES:
            self.tree = _MOVES[verb](self.tree, path)
        elif verb == "step" and len(self.steps) < definitions.MOST_STEPS:
            self._add_step(path)
        elif verb == "block" and kind in BLOCKS:
            self.tree = outline.add(self.tree, path, [kind])
        elif verb == "wrap":
            self.tree = outline.wrap(self.tree, path, kind)
        elif verb == "turn":
            self.tree = outline.turn(self.tree, path, kind)
        elif verb == "drop":
            self._drop(path)

    def _add_step(self, path: outline.Path) -> None:
        used = {one["key"] for one in self.steps} | set(keys_of(self.tree))
        key = next(f"step{number}" for number in range(1, 10_000) if f"step{number}" not in used)
        self.tree = outline.add(self.tree, path, key)
        self.steps.append(definitions.Step(key, "").to_json())
        self.open = key

    def _drop(self, path: outline.Path) -> None:
        self.tree = outline.drop(self.tree, path)
        left = set(keys_of(self.tree))
        self.steps = [one for one in self.steps if one["key"] in left]
        if self.open not in left:
            self.open = next(iter(keys_of(self.tree)), "")

    def write(self) -> str:
        """The definition as JSON."""
        return json.dumps({"tree": self.tree, "steps": self.steps, "final": self.final}, ensure_ascii=False)

    def words(self) -> Definition:
        """The words so far. Raises Invalid where something is too long."""
        return definitions.read(self.write())
