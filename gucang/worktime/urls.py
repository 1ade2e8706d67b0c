"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver

company_patterns: list[URLPattern | URLResolver] = []
