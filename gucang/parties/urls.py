"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.parties.screens import cards

company_patterns: list[URLPattern | URLResolver] = [
    path("cards/new", cards.new, name="card-new"),
    path("cards/<slug:file>", cards.confirm, name="card"),
    path("cards/<slug:file>/state", cards.state, name="card-state"),
    path("cards/<slug:file>/photo", cards.photo, name="card-photo"),
]
