"""Screens that the generic ones cannot express."""
