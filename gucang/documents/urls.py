"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.documents import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("settings/rounding", screens.rounding, name="company-rounding"),
]
