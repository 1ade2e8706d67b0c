"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from gucang.customtypes import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("record-types/", screens.index, name="record-types"),
    path("record-types/new", screens.new, name="record-type-new"),
    path("record-types/<int:pk>/set_stages", screens.set_stages, name="record-type-stages"),
    path("record-types/<int:pk>/give", screens.give, name="record-type-give"),
]
