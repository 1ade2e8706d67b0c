"""The door for web servers. Under `gucang run`, a web process does not outlive the one that started it."""

import os

from django.core.wsgi import get_wsgi_application

from gucang.config.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")

if os.environ.get("GUCANG_RUN_ID"):
    # Granian's workers go on serving old code when their main process is killed hard.
    die_with_parent()

application = get_wsgi_application()
