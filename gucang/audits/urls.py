"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.audits.screens import builder, confirming, pages, rulepage

company_patterns: list[URLPattern | URLResolver] = [
    path("findings/patterns", pages.by_rule, name="finding-patterns"),
    path("findings/master-data", pages.master_data, name="master-data-scores"),
    path("me/recorded", pages.recorded, name="recorded"),
    path("confirm", confirming.confirm, name="confirm"),
    path("audit-rules/<int:pk>/figures", rulepage.figures, name="audit-rule-figures"),
    path("<slug:plural>/audit-rule", builder.build, name="audit-rule-of-list"),
]
