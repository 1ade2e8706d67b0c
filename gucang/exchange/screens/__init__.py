"""Pages of imports and exports; the lists of both are the generic ones."""

from gucang.exchange.screens import exports, imports

__all__ = ["exports", "imports"]
