"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.customfields import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("fields/", screens.index, name="own-fields"),
    path("fields/of/<slug:name>", screens.of_type, name="own-fields-of"),
    path("fields/<int:pk>/place", screens.place, name="own-field-place"),
    path("fields/<int:pk>/access", screens.access, name="own-field-access"),
]
