"""Verbs of imports and exports."""

from gucang.exchange.actions import exports, imports

__all__ = ["exports", "imports"]
