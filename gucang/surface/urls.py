"""Addresses of the frame and of the pages that every record type has.

`company_patterns` stand below a company's address, after those of the modules: the generic ones take any plural.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import SlugConverter

from gucang.kernel.models.company import RESERVED_SLUGS
from gucang.surface.screens import (
    bin,
    boards,
    calendar,
    cells,
    deeds,
    design,
    details,
    forms,
    home,
    lines,
    lists,
    prints,
    search,
)


class CompanyWord(SlugConverter):
    """The word by which a company is addressed. Behind a word of the program's own is nothing of any company."""

    def to_python(self, value: str) -> str:
        if value in RESERVED_SLUGS:
            raise ValueError(value)
        return value


register_converter(CompanyWord, "company")

platform_patterns: list[URLPattern | URLResolver] = [*design.patterns]

company_patterns: list[URLPattern | URLResolver] = [
    *home.patterns,
    *search.patterns,
    *bin.patterns,
    *boards.patterns,
    *calendar.patterns,
    path("<slug:plural>/", lists.show, name="list"),
    path("<slug:plural>/new", forms.new, name="new"),
    path("<slug:plural>/filters", lists.choose_filters, name="filters"),
    path("<slug:plural>/advise", forms.advise, name="advise"),
    path("<slug:plural>/options", forms.options, name="options"),
    path("<slug:plural>/lines", lines.work_out, name="lines"),
    path("<slug:plural>/print", prints.show, name="print"),
    path("<slug:plural>/<int:pk>", details.show, name="record"),
    path("<slug:plural>/<int:pk>/edit", forms.edit, name="edit"),
    path("<slug:plural>/<int:pk>/timeline", details.more, name="timeline"),
    path("<slug:plural>/<int:pk>/cell/<str:name>", cells.cell, name="cell"),
    path("<slug:plural>/<int:pk>/undo/<int:event_id>", deeds.undo, name="undo"),
    path("<slug:plural>/<int:pk>/<slug:verb>", deeds.act, name="act"),
]
