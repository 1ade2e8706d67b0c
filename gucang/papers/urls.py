"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.papers import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("<slug:plural>/<int:pk>/pdf", screens.show, name="pdf"),
]
