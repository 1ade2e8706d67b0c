"""Addresses below a company's: `company_patterns` are mounted before the generic pages."""

from django.urls import URLPattern, URLResolver, path

from gucang.grid import screens

company_patterns: list[URLPattern | URLResolver] = [
    path("<slug:plural>/grid", screens.page, name="grid"),
    path("<slug:plural>/grid/rows", screens.rows, name="grid-rows"),
    path("<slug:plural>/grid/save", screens.save, name="grid-save"),
    path("<slug:plural>/grid/remove", screens.remove, name="grid-remove"),
    path("<slug:plural>/grid/advise", screens.advise, name="grid-advise"),
    path("<slug:plural>/grid/widths", screens.widths, name="grid-widths"),
    path("<slug:plural>/grid/undo", screens.undo, name="grid-undo"),
    path("<slug:plural>/grid/redo", screens.redo, name="grid-redo"),
]
