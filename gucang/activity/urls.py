"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.activity import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("activity/compose", screens.compose_page, name="compose"),
    path("activity/due", screens.due, name="due"),
    path("activity/tasks/<int:pk>/complete", screens.complete, name="task-done"),
    path("activity/tasks/<int:pk>/postpone", screens.postpone, name="task-postponed"),
    path("files/<int:pk>", screens.file, name="file"),
    path("files/<int:pk>/small", screens.thumbnail, name="thumbnail"),
]
