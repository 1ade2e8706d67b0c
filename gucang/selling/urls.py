"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.selling.offers import linking, pages

company_patterns: list[URLPattern | URLResolver] = [
    path("quotes/<int:pk>/link", linking.page, name="quote-link"),
    path("offer/<str:key>", pages.show, name="offer"),
    path("offer/<str:key>/pdf", pages.paper, name="offer-paper"),
    path("offer/<str:key>/logo", pages.mark, name="offer-logo"),
]
