"""Ready maps: files of known systems, whose meaning is written down once."""

from __future__ import annotations

from gucang.exchange.maps.base import ReadyMap, every, find, get, register

__all__ = ["ReadyMap", "every", "find", "get", "load", "register"]


def load() -> None:
    """Have every ready map registered. Called once, when the declarations are read."""
    from gucang.exchange.maps import cn_companies, maven_crm  # noqa: F401  they use the engine, which uses this
