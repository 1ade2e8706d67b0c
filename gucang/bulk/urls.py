"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.bulk.screens import choose, runs

company_patterns: list[URLPattern | URLResolver] = [
    path("<slug:plural>/bulk", choose.bulk, name="bulk"),
    path("bulk-runs/<int:pk>", runs.page, name="bulk-run"),
    path("bulk-runs/<int:pk>/progress", runs.progress, name="bulk-run-progress"),
    path("bulk-runs/<int:pk>/do/<str:verb>", runs.act, name="bulk-run-act"),
    path("bulk-runs/<int:pk>/not-done.csv", runs.not_done, name="bulk-run-not-done"),
]
