"""The door for web servers. Under `gucang run`, a web process does not outlive the one that started it."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from gucang.config.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")

if os.environ.get("GUCANG_RUN_ID"):
    # Granian's workers go on serving old code when their main process is killed hard.
    die_with_parent()

application = get_wsgi_application()

# What is loaded stays for good. Python would look through all of it again and again, in the middle of requests: now it
# looks only at what requests leave behind, and less often.
get_resolver().url_patterns  # noqa: B018  loads every screen
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
