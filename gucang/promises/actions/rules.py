"""Verbs of the company's rules for promises."""

from __future__ import annotations

from gucang.kernel.actions import creating, editing

create = creating("promise_rule")
edit = editing("promise_rule")
