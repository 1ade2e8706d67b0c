"""Reading a JSON body strictly: what two programs could understand differently is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t

from gucang.surface.api.problems import Halt

MAX_DEPTH = 20
SURROGATES = ("\\ud8", "\\ud9", "\\uda", "\\udb", "\\udc", "\\udd", "\\ude", "\\udf")


def read(request: HttpRequest) -> Any:
    """The JSON value of the body; {} for an empty one.

    Raises Halt 415 for another content type, 400 for what is not strict JSON (UTF-8, no key twice, no NaN, no half
    characters, at most 20 levels deep), and lets Django's RequestDataTooBig through.
    """
    raw = request.body
    if not raw:
        return {}
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise Halt(415)
    if (charset := (request.content_params or {}).get("charset", "utf-8").lower()) not in ("utf-8", "utf8"):
        raise Halt(415, _t("Send the body in UTF-8, not in %(charset)s.") % {"charset": charset[:20]})
    try:
        text = raw.decode()
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=Decimal)
        _check_depth(value, MAX_DEPTH)
        if any(mark in text.lower() for mark in SURROGATES):
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except RecursionError:
        raise _too_deep() from None
    except ValueError as problem:
        raise Halt(400, _t("The body is not readable as JSON: %(reason)s.") % {"reason": _reason(problem)}) from None
    return value


def _reason(problem: ValueError) -> str:
    if isinstance(problem, UnicodeError):
        return _t("it is not UTF-8")
    if isinstance(problem, json.JSONDecodeError):
        return _t("line %(line)s, character %(column)s") % {"line": problem.lineno, "column": problem.colno}
    return str(problem)[:200]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_t("“%(field)s” is there twice") % {"field": twice[:80]})
    return found


def _no_number(word: str) -> None:
    raise ValueError(_t("%(word)s is no number in JSON") % {"word": word})


def _check_depth(value: Any, left: int) -> None:
    if isinstance(value, dict | list):
        if left == 0:
            raise _too_deep()
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, left - 1)


def _too_deep() -> Halt:
    return Halt(400, _t("The body is more than %(levels)s levels deep.") % {"levels": MAX_DEPTH})
