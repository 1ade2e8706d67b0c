"""Addresses below a company's: /acme/activity/due, /acme/files/17."""

from django.urls import path

from gucang.activity import screens

urlpatterns = [
    path("activity/compose", screens.compose_page, name="compose"),
    path("activity/due", screens.due, name="due"),
    path("activity/tasks/<int:pk>/complete", screens.complete, name="task-done"),
    path("activity/tasks/<int:pk>/postpone", screens.postpone, name="task-postponed"),
    path("files/<int:pk>", screens.file, name="file"),
    path("files/<int:pk>/small", screens.thumbnail, name="thumbnail"),
]
