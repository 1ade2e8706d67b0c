"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.views import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("<slug:plural>/save-view", screens.save, name="save-view"),
    path("<slug:plural>/<int:pk>/pin", screens.pin, name="pin"),
    path("views/<int:pk>/renew", screens.renew, name="renew-view"),
]
