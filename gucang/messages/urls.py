"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.messages import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("notifications", screens.bell, name="notifications"),
    path("notifications/read", screens.mark_read, name="notifications-read"),
    path("notifications/settings", screens.settings, name="notification-choices"),
    path("notifications/<int:pk>", screens.open_one, name="notification"),
]
