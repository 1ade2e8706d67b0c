"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.activity.screens import entries, files

company_patterns: list[URLPattern | URLResolver] = [
    path("activity/about", entries.about_options, name="about-options"),
    path("activity/compose", entries.compose_page, name="compose"),
    path("activity/due", entries.due, name="due"),
    path("activity/tasks/<int:pk>/complete", entries.complete, name="task-done"),
    path("activity/tasks/<int:pk>/postpone", entries.postpone, name="task-postponed"),
    path("files/box", files.box, name="files-box"),
    path("files/add", files.add, name="files-add"),
    path("files/take-back", files.take_back, name="files-taken-back"),
    path("files/<int:pk>", files.file, name="file"),
    path("files/<int:pk>/small", files.thumbnail, name="thumbnail"),
]
