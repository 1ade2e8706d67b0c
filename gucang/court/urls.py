"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.court.screens import bringing

company_patterns: list[URLPattern | URLResolver] = [
    path("processes/<int:pk>/bring", bringing.bring, name="process-bring"),
]
