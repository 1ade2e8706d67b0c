"""Where the frame leads to logs from outside and to process models."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.processes import screens
from gucang.surface import nav, panels

panels.draw_page("outside_log", "processes/log.html", screens.logs.page)
panels.draw_page("process_model", "processes/model.html", screens.models.page)
panels.draw_page("log_export", "processes/export.html", screens.exports.page)
panels.add("log_export", "head", "processes/_begin_export.html", screens.exports.begin)
panels.when_empty("log_export", _("Take the company's own event log out for process mining; the files wait here."))
panels.add("outside_log", "head", "processes/_begin.html", screens.logs.begin)
panels.add("process_model", "head", "processes/_begin_model.html", screens.models.begin)
panels.when_empty(
    "outside_log", _("Bring in the event log of another program; its variants and how it fits a process appear here.")
)
panels.when_empty("process_model", _("A process tree or a Petri net, with which logs are compared."))
nav.add(_("Outside logs"), "git-compare", "/outside-logs/", "outside_log.view", order=85, seldom=True)
nav.add(_("Logs taken out"), "file-export", "/log-exports/", "log_export.create", order=86, seldom=True)
nav.setting(
    _("Process models"), "sitemap", "/process-models/", "process_model.edit", 62,
    topic="rules", about=_("What logs are compared with"),
)  # fmt: skip
