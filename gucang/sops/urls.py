"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.sops.screens import bpmn, editor, pages

company_patterns: list[URLPattern | URLResolver] = [
    path("processes/adopt", pages.adopt, name="process-adopt"),
    path("processes/<int:pk>/draft", pages.draft, name="process-draft"),
    path("processes/<int:pk>/bpmn", bpmn.upload, name="process-from-bpmn"),
    path("process-versions/<int:pk>/process.bpmn", bpmn.download, name="process-version-bpmn"),
    path("process-versions/<int:pk>/words", editor.write, name="process-words"),
    path("process-versions/<int:pk>/read", pages.read, name="process-read"),
]
