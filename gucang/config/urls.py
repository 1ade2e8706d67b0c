"""Addresses: the platform's pages first; everything else stands below a company's address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from gucang.accounts import urls as accounts
from gucang.activity import urls as activity
from gucang.approvals import urls as approvals
from gucang.audits import urls as audits
from gucang.automation import urls as automation
from gucang.billing import urls as billing
from gucang.bulk import urls as bulk
from gucang.conformance import urls as conformance
from gucang.court import urls as court
from gucang.customfields import urls as customfields
from gucang.customtypes import urls as customtypes
from gucang.documents import urls as documents
from gucang.exchange import urls as exchange
from gucang.grid import urls as grid
from gucang.messages import urls as messages
from gucang.papers import urls as papers
from gucang.parties import urls as parties
from gucang.processes import urls as processes
from gucang.promises import urls as promises
from gucang.selling import urls as selling
from gucang.sops import urls as sops
from gucang.surface import urls as surface
from gucang.views import urls as views
from gucang.worktime import urls as worktime

# The pages of the modules before the generic ones, which take any plural.
company_patterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("gucang.surface.api.urls")),
    *accounts.company_patterns,
    *worktime.company_patterns,
    *messages.company_patterns,
    *activity.company_patterns,
    *exchange.company_patterns,
    *views.company_patterns,
    *audits.company_patterns,
    *customfields.company_patterns,
    *grid.company_patterns,
    *automation.company_patterns,
    *approvals.company_patterns,
    *parties.company_patterns,
    *documents.company_patterns,
    *billing.company_patterns,
    *conformance.company_patterns,
    *court.company_patterns,
    *processes.company_patterns,
    *sops.company_patterns,
    *promises.company_patterns,
    *selling.company_patterns,
    *bulk.company_patterns,
    *papers.company_patterns,
    *customtypes.company_patterns,
    *surface.company_patterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    *surface.platform_patterns,
    *accounts.platform_patterns,
    path("<company:company>/", include(company_patterns)),
]

handler400 = "gucang.surface.problems.unreadable"
handler403 = "gucang.surface.problems.forbidden"
handler404 = "gucang.surface.problems.not_found"
handler500 = "gucang.surface.problems.broken"
