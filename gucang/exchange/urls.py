"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.exchange import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("imports/new", screens.imports.new, name="import-new"),
    path("imports/templates/<slug:plural>.csv", screens.imports.template, name="import-template"),
    path("imports/<int:pk>", screens.imports.page, name="import"),
    path("imports/<int:pk>/progress", screens.imports.progress, name="import-progress"),
    path("imports/<int:pk>/columns", screens.imports.columns, name="import-columns"),
    path("imports/<int:pk>/do/<str:verb>", screens.imports.act, name="import-act"),
    path("imports/<int:pk>/duplicates.csv", screens.imports.duplicates, name="import-duplicates"),
    path("imports/<int:pk>/refused.csv", screens.imports.refused, name="import-refused"),
    path("exports/<int:pk>", screens.exports.page, name="export"),
    path("exports/<int:pk>/file", screens.exports.file, name="export-file"),
    path("<slug:plural>/export", screens.exports.new, name="export-new"),
]
