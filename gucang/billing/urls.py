"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.billing.screens import ageing, allocation, statements

company_patterns: list[URLPattern | URLResolver] = [
    path("ageing", ageing.show, name="ageing"),
    path("ageing.xlsx", ageing.file, name="ageing-file"),
    path("customers/<int:pk>/statement", statements.show, name="statement"),
    path("customers/<int:pk>/statement.xlsx", statements.file, name="statement-file"),
    path("customers/<int:pk>/statement.pdf", statements.paper, name="statement-paper"),
    path("payments/<int:pk>/allocate", allocation.show, name="allocate"),
]
