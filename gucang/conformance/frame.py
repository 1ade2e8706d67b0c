"""Where the frame leads to how processes really go, and what a record's page says of its case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.conformance.screens import cases, overview
from gucang.surface import nav, panels

panels.add("*", "left", "conformance/_of_record.html", cases.of_record, order=25)
panels.add("process", "actions", "conformance/_of_process.html", overview.lead_here)
panels.add("process", "head", "conformance/_of_process.html", overview.lead_here)
nav.add(_("How work goes"), "route", "/processes/fit", "process.view", order=84, seldom=True, homes=("auditor",))
