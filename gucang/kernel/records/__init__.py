"""A record type, declared once: every screen, the API, import, export, board, search and tests derive from it.

Most are declared in code and the same for everybody. A company may make types of its own (`own_from`): the registry
answers for them inside that company's scope, and knows nothing of them anywhere else.
"""

from gucang.kernel.records.declared import RecordType
from gucang.kernel.records.parts import Board, Calendar, Exchange, Layout, Related, Uncounted
from gucang.kernel.records.registry import (
    Own,
    by_model,
    by_plural,
    every,
    find_one,
    get,
    only_declared,
    own,
    own_from,
    plural_called,
    register,
    verb_called,
)

__all__ = [
    "Board",
    "Calendar",
    "Exchange",
    "Layout",
    "Own",
    "RecordType",
    "Related",
    "Uncounted",
    "by_model",
    "by_plural",
    "every",
    "find_one",
    "get",
    "only_declared",
    "own",
    "own_from",
    "plural_called",
    "register",
    "verb_called",
]
