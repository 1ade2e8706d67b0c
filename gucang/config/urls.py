"""Addresses. Platform pages first; everything under a company's address belongs to the surface."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
