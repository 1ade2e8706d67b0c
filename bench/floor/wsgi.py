"""The door of the bare server."""

import os

from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.floor.settings")


def _application() -> WSGIHandler:
    import django

    django.setup(set_prefix=False)
    return WSGIHandler()


application = _application()
