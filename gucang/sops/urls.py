"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.sops.screens import editor, pages

company_patterns: list[URLPattern | URLResolver] = [
    path("processes/adopt", pages.adopt, name="process-adopt"),
    path("processes/<int:pk>/draft", pages.draft, name="process-draft"),
    path("process-versions/<int:pk>/words", editor.write, name="process-words"),
    path("process-versions/<int:pk>/read", pages.read, name="process-read"),
]
