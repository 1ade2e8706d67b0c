"""What the editor holds of a version's words until they are saved. It travels in the form: one button saves it all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.sops import definitions, outline
from gucang.sops.definitions import BLOCKS, Definition, Node, keys_of
from gucang.sops.models import ProcessVersion

# More than `process_version.define` takes: what is too long is refused there, with everything still in the form.
MOST_CHARACTERS = 600_000
MOST_REASON = 300
_MOVES = {"up": outline.up, "down": outline.down, "in": outline.into, "out": outline.out}
_LIMIT = ("amount", "unit", "after")


@dataclass
class Draft:
    """The words as the definition's JSON, the step that is open in the form, and what changes with this version.

    `typed` is what stands in the form of the open step as somebody wrote it, also where it cannot be kept: `wrong`
    says of each such field why not, and `problem` why a button did nothing.
    """

    tree: Node
    steps: list[dict[str, Any]]
    final: list[str]
    open: str = ""
    reason: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    problem: str = ""

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
        draft = cls._from(words, sent.get("open", ""), sent.get("reason", "").strip())
        draft.final = list(dict.fromkeys(filter(None, sent.getlist("final"))))
        draft._take_reason()
        draft._take_step(sent)
        return draft

    @property
    def step(self) -> dict[str, Any] | None:
        """The step that is open."""
        return next((one for one in self.steps if one["key"] == self.open), None)

    @property
    def form(self) -> dict[str, str]:
        """What stands in the fields of the open step that are typed."""
        step = self.step or definitions.Step("x", "").to_json()
        limit = step["limit"] or {"amount": "", "unit": "hours", "after": ""}
        kept = {"name": step["name"], "instruction": step["instruction"], **step["serves"]}
        kept |= {"amount": str(limit["amount"]), "unit": limit["unit"], "after": limit["after"] or ""}
        return kept | self.typed

    def _take_reason(self) -> None:
        try:
            definitions.text(self.reason, MOST_REASON)
        except Invalid as problem:
            self.wrong["reason"] = str(problem)

    def _take_step(self, sent: QueryDict) -> None:
        step = self.step
        if step is None or "s-name" not in sent:
            return
        step["events"] = list(dict.fromkeys(filter(None, sent.getlist("s-event"))))
        for name in ("roles", "four_eyes", "required"):
            step[name] = sent.getlist(f"s-{name}")
        self.typed = {name: sent.get(f"s-{name}", "") for name in (*definitions.LONGEST, *_LIMIT)}
        for name, most in definitions.LONGEST.items():
            try:
                kept = definitions.text(self.typed[name], most)
            except Invalid as problem:
                self.wrong[name] = str(problem)
            else:
                (step["serves"] if name in step["serves"] else step)[name] = kept
        self._take_limit(step)

    def _take_limit(self, step: dict[str, Any]) -> None:
        amount = self.typed["amount"].strip()
        number = int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 6 else 0
        raw = {"amount": number, "unit": self.typed["unit"] or "hours", "after": self.typed["after"] or None}
        try:
            if amount:
                definitions.limit(raw)
        except Invalid as problem:
            self.wrong["amount"] = str(problem)
        else:
            step["limit"] = raw if amount else None

    def press(self, do: str) -> None:
        """What a button does: "open:key", "step:1-0", "up:2", "wrap.choice:1"; anything else changes nothing.

        The step that is open stays so while something in it is refused: what was typed there would be lost.
        """
        verb, _colon, rest = do.partition(":")
        verb, _dot, kind = verb.partition(".")
        stays = verb in ("open", "step") and any(name in self.wrong for name in self.typed)
        if stays:
            self.problem = _t("First correct what is wrong in this step. It stays open, with all that you have typed.")
        elif verb == "open":
            if any(one["key"] == rest for one in self.steps):
                self._show(rest)
        elif (path := outline.read_place(rest)) is not None:
            self._change(verb, kind, path)

    def _show(self, key: str) -> None:
        """Open a step; what is written in the form of another one is kept in `steps`."""
        if key != self.open:
            self.typed = {}
            self.wrong = {name: said for name, said in self.wrong.items() if name == "reason"}
        self.open = key

    def _change(self, verb: str, kind: str, path: outline.Path) -> None:
        before = self.tree
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
        try:
            self.words()
        except Invalid as problem:
            self.tree, self.problem = before, str(problem)

    def _add_step(self, path: outline.Path) -> None:
        used = {one["key"] for one in self.steps} | set(keys_of(self.tree))
        key = next(f"step{number}" for number in range(1, 10_000) if f"step{number}" not in used)
        self.tree = outline.add(self.tree, path, key)
        self.steps.append(definitions.Step(key, "").to_json())
        self._show(key)

    def _drop(self, path: outline.Path) -> None:
        self.tree = outline.drop(self.tree, path)
        left = set(keys_of(self.tree))
        self.steps = [one for one in self.steps if one["key"] in left]
        if self.open not in left:
            self._show(next(iter(keys_of(self.tree)), ""))

    def write(self) -> str:
        """The definition as JSON."""
        return json.dumps({"tree": self.tree, "steps": self.steps, "final": self.final}, ensure_ascii=False)

    def words(self) -> Definition:
        """The words so far. Raises Invalid where blocks lie too deep in one another."""
        return definitions.read(self.write())
