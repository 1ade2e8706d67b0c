"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.conformance.screens import cases, maps, overview

company_patterns: list[URLPattern | URLResolver] = [
    path("processes/fit", overview.every, name="processes-fit"),
    path("processes/judge", overview.judge, name="processes-judge"),
    path("processes/<int:pk>/map", maps.page, name="process-map"),
    path("processes/<int:pk>/fit", overview.fit, name="process-fit"),
    path("processes/<int:pk>/cases", cases.every, name="process-cases"),
    path("processes/<int:pk>/cases/<int:number>", cases.one, name="process-case"),
]
