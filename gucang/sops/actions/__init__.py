"""Verbs of this module: the only code that changes its tables."""
