"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.processes import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("outside-logs/new", screens.logs.new, name="outside-log-new"),
    path("outside-logs/<int:pk>/progress", screens.logs.progress, name="outside-log-progress"),
    path("outside-logs/<int:pk>/cases", screens.cases.cases, name="outside-log-cases"),
    path("outside-logs/<int:pk>/cases/<int:number>", screens.cases.case, name="outside-log-case"),
    path("outside-logs/<int:pk>/log.xes.gz", screens.logs.download, name="outside-log-download"),
    path("log-exports/new", screens.exports.new, name="log-export-new"),
    path("log-exports/<int:pk>/progress", screens.exports.progress, name="log-export-progress"),
    path("log-exports/<int:pk>/file", screens.exports.file, name="log-export-file"),
    path("process-models/upload", screens.models.upload, name="process-model-upload"),
    path("process-models/<int:pk>/process.bpmn", screens.models.download, name="process-model-bpmn"),
]
