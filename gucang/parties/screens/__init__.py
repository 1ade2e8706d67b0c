"""The parts of generic pages that are about customers, and the pages that read business cards."""

from gucang.parties.screens import cards, customers

__all__ = ["cards", "customers"]
