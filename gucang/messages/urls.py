"""Addresses below a company's: /acme/notifications."""

from django.urls import path

from gucang.messages import screens

urlpatterns = [
    path("notifications", screens.bell, name="notifications"),
    path("notifications/read", screens.mark_read, name="notifications-read"),
    path("notifications/settings", screens.settings, name="notification-choices"),
    path("notifications/<int:pk>", screens.open_one, name="notification"),
]
