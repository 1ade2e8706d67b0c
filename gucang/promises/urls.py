"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.promises.screens import pages

company_patterns: list[URLPattern | URLResolver] = [
    path("promises/differences", pages.difference_list, name="promise-differences"),
]
