"""From the text of a formula to a tree. Bounded in length, depth and parts, so that no formula is a bomb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gucang.kernel.text import BadText, halfwidth

MAX_LENGTH = 1000
MAX_DEPTH = 25
MAX_PARTS = 200
MAX_DIGITS = 20


class BadFormula(BadText):
    """The formula cannot be used; `str()` says why and where."""


@dataclass(frozen=True)
class Token:
    """One piece of the text: `kind` is number, text, name, field, or the sign itself."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Node:
    """A part of the tree: `op` is number, text, truth, field, call, or an operator; `parts` are below it."""

    op: str
    text: str = ""
    parts: tuple[Node, ...] = ()
    at: int = 0


_TOKENS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>\d+(?:\.\d+)?|\.\d+)(?P<scale>[万亿](?![\w]))?
  | "(?P<text>[^"]*)"
  | \[(?P<field>[^\[\]]+)\]
  | (?P<name>[^\W\d][\w.]*)
  | (?P<sign><=|>=|<>|!=|[-+*/&=<>(),%])
    """,
    re.VERBOSE,
)
_SCALES = {"万": 10_000, "亿": 100_000_000}
# What a Chinese keyboard gives for the signs; texts in quotation marks are left as they are.
_SIGNS = str.maketrans({"，": ",", "（": "(", "）": ")", "×": "*", "÷": "/", "＝": "=", "、": ","})
_COMPARE = ("=", "<>", "!=", "<", "<=", ">", ">=")


def parse(text: str) -> Node:
    """The tree of a formula. Raises BadFormula."""
    return _Parser(tokens(text)).whole()


def tokens(text: str) -> list[Token]:
    """The pieces of a formula, in order. Raises BadFormula."""
    if len(text) > MAX_LENGTH:
        raise BadFormula(_("A formula has at most %(limit)s characters."), limit=MAX_LENGTH)
    found = list(_tokens(_plain(text.strip().removeprefix("=").removeprefix("＝"))))
    if not found:
        raise BadFormula(_("Write a formula, such as %(example)s."), example="[amount] * 0.1")
    return found


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise BadFormula(_("“%(text)s” cannot be read here."), text=text[at : at + 12])
        if match["number"]:
            yield Token("number", _number(match["number"], match["scale"]), at)
        elif match["text"] is not None:
            yield Token("text", match["text"], at)
        elif match["field"]:
            yield Token("field", match["field"].strip(), at)
        elif match["name"]:
            yield Token("name", match["name"], at)
        elif match["sign"]:
            yield Token(match["sign"], match["sign"], at)
        at = match.end()


def _number(digits: str, scale: str | None) -> str:
    if len(digits) > MAX_DIGITS:
        raise BadFormula(_("“%(text)s” is too long for a number."), text=digits[:30])
    return format(Decimal(digits) * _SCALES.get(scale or "", 1), "f")


def _plain(text: str) -> str:
    """The signs of a Chinese keyboard as usual ones; what stands in quotation marks or brackets stays."""
    text = re.sub("[“”＂]", '"', text).replace("≥", ">=").replace("≤", "<=").replace("≠", "<>")
    text = text.replace("【", "[").replace("】", "]")
    parts = re.split(r'("[^"]*"|\[[^\[\]]*\])', text)
    return "".join(part if n % 2 else halfwidth(part.translate(_SIGNS)) for n, part in enumerate(parts))


class _Parser:
    """Recursive descent: comparison, then &, then + and -, then * and /, then signs and percent."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.at, self.depth, self.made = found, 0, 0, 0

    def whole(self) -> Node:
        node = self._comparison()
        if self.at < len(self.tokens):
            raise self._unexpected()
        return node

    @property
    def _next(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def _take(self, kind: str = "") -> Token:
        if self.at >= len(self.tokens) or (kind and self._next != kind):
            raise self._unexpected(kind)
        self.at += 1
        return self.tokens[self.at - 1]

    def _unexpected(self, wanted: str = "") -> BadFormula:
        if self.at >= len(self.tokens):
            if wanted:
                return BadFormula(_("The formula ends too early: there is no “%(sign)s”."), sign=wanted)
            return BadFormula(_("The formula ends too early."))
        return BadFormula(_("“%(text)s” does not fit here."), text=self.tokens[self.at].text[:30])

    def _node(self, op: str, text: str = "", *parts: Node) -> Node:
        self.made += 1
        if self.made > MAX_PARTS:
            raise BadFormula(_("The formula has more than %(limit)s parts. Make it shorter."), limit=MAX_PARTS)
        return Node(op, text, parts, self.tokens[max(self.at - 1, 0)].at)

    def _left(self, below: str, signs: tuple[str, ...]) -> Node:
        node: Node = getattr(self, below)()
        while self._next in signs:
            sign = self._take().kind
            node = self._node("<>" if sign == "!=" else sign, "", node, getattr(self, below)())
        return node

    def _comparison(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFormula(_("The formula is nested too deep. Make it simpler."))
        node = self._left("_joined", _COMPARE)
        self.depth -= 1
        return node

    def _joined(self) -> Node:
        return self._left("_sum", ("&",))

    def _sum(self) -> Node:
        return self._left("_product", ("+", "-"))

    def _product(self) -> Node:
        return self._left("_signed", ("*", "/"))

    def _signed(self) -> Node:
        if self._next in ("-", "+"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise BadFormula(_("The formula is nested too deep. Make it simpler."))
            sign = self._take().kind
            node = self._signed()
            self.depth -= 1
            return self._node("negative", "", node) if sign == "-" else self._node("positive", "", node)
        node = self._one()
        while self._next == "%":
            self._take()
            node = self._node("percent", "", node)
        return node

    def _one(self) -> Node:
        kind = self._next
        if kind == "(":
            self._take()
            node = self._comparison()
            self._take(")")
            return node
        if kind in ("number", "text", "field"):
            return self._node(kind, self._take().text)
        if kind == "name":
            name = self._take().text
            return self._call(name) if self._next == "(" else self._node("field", name)
        raise self._unexpected()

    def _call(self, name: str) -> Node:
        self._take("(")
        parts = []
        if self._next != ")":
            parts.append(self._comparison())
            while self._next == ",":
                self._take()
                parts.append(self._comparison())
        self._take(")")
        return self._node("call", name, *parts)
