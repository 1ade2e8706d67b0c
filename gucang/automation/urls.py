"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.automation.screens import editor, lists, logs

company_patterns: list[URLPattern | URLResolver] = [
    path("automations/", lists.index, name="automations"),
    path("automations/ready", lists.begin, name="automation-ready"),
    path("automations/<int:pk>", editor.page, name="automation"),
    path("automations/<int:pk>/parts", editor.parts, name="automation-parts"),
    path("automations/<int:pk>/runs", logs.runs, name="automation-runs"),
    path("automations/<int:pk>/dry-run", logs.dry_run, name="automation-dry-run"),
]
