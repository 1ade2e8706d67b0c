"""Only the API, so that its tests need no other page."""

from django.urls import include, path

urlpatterns = [path("<slug:company>/api/v1/", include("gucang.surface.api.urls"))]
