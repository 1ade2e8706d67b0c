"""What this module puts on the pages of others: the composer, files, tabs over the task list, a place in the rail."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.activity import controls
from gucang.activity.files.kinds import kind_called
from gucang.activity.screens import entries, files
from gucang.surface import columns, nav, panels, ui
from gucang.surface.panels import View

panels.add("*", "composer", "activity/_composer.html", entries.composer)
panels.add("*", "left", "activity/_attached.html", files.attached)
panels.add("attachment", "main", "activity/_file.html", files.file_itself)
panels.add_view("task", View("open", _("Not done"), lambda actor: Q(done_at=None)))
panels.begin_with("task", "open")
panels.when_empty("follow_up", _("What was said with a customer is written on the customer's page, or here."))
panels.when_empty("coaching", _("A manager writes advice on the page of a record; it appears here too."))
panels.when_empty("attachment", _("Files are put on the page of a record; all of them appear here."))
panels.add_view("task", View("overdue", _("Overdue"), lambda actor: Q(done_at=None), {"due_on": "overdue"}))
panels.add_view("task", View("today", _("Today"), lambda actor: Q(done_at=None), {"due_on": "today"}))
panels.add_view("task", View("given", _("From me"), lambda actor: Q(created_by_id=actor.member_id)))
panels.add_view("task", View("done", _("Done"), lambda actor: Q(done_at__isnull=False)))
nav.add(_("To-dos"), "calendar-check", "/activity/due", "task.view", order=15, key="t")
nav.quick_create("task", order=60)
columns.names("attachment.content_type", kind_called)
columns.names("attachment.size", ui.filesize)
controls.register()
columns.due("task.due_on", "done_at")
columns.due("task.due_at", "done_at")
