"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.approvals.screens import deciding, editor, inbox

company_patterns: list[URLPattern | URLResolver] = [
    path("approvals/waiting", inbox.waiting, name="approvals-waiting"),
    path("approvals/next", inbox.following, name="approvals-next"),
    path("approvals/agree", inbox.agree_many, name="approvals-agree"),
    path("approvals/<int:pk>/decide/<slug:verb>", deciding.decide, name="approvals-decide"),
    path("approval-policies/<int:pk>/words", editor.define, name="approval-policy-words"),
]
