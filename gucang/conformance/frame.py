"""Where the frame leads to how processes really go, and what a record's page says of its case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.audits import recorded
from gucang.conformance.screens import cases, overview
from gucang.surface import nav, panels

panels.add("*", "left", "conformance/_of_record.html", cases.of_record, order=25)
panels.add("process", "actions", "conformance/_of_process.html", overview.lead_here)
panels.add("process", "head", "conformance/_of_process.html", overview.lead_here)
nav.add(_("How work goes"), "route", "/processes/fit", "process.view", order=84, seldom=True, homes=("auditor",))

recorded.keep(
    _("Cases that you own or that wait with you, and how well they fit"),
    _("You; who audits, once you have had your time. What waits with whom, and for how long, the map tells everybody."),
    "conformance.Case.owner", "conformance.Case.holder",
)  # fmt: skip
recorded.keep(
    _("Deviations from processes in your name"),
    _("You; who audits, once you have had your time. Who leads sees numbers without names."),
    "conformance.CaseDeviation.member",
)
recorded.keep(
    _("Sums of your cases by week, version and step"),
    _("You; who audits, without what has not had its time; who leads sees departments."),
    "conformance.Standing.member", "conformance.Waiting.member",
)  # fmt: skip
