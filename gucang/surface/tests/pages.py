"""Pages for tests of the parts: drawn by the real template environment, with the shell's values made up."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.template import engines
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from gucang.surface.screens.design import sample_frame

TEMPLATES = Path(__file__).resolve().parent.parent / "jinja2"


def environment_of_parts() -> Environment:
    """The environment that pages use, seeing only this module's templates."""
    return engines["jinja2"].env.overlay(loader=FileSystemLoader(TEMPLATES))


def draw(template: str, language: str = "zh-hans", **values: Any) -> str:
    """`template` as HTML, with what every page of the shell is given; `values` replace some of it."""
    context = {
        "base": "/acme",
        "company": SimpleNamespace(name="启明自动化", kind="live"),
        "companies": [("启明自动化", "/acme"), ("启明自动化·演练", "/acme-training")],
        "me": SimpleNamespace(name="李向东", initial="李", keys=True),
        "nav": [sample_frame()["nav"][0] | {"label": "客户", "icon": "users", "url": "/acme/customers", "count": 3}],
        "phone_nav": [{"label": "客户", "icon": "users", "url": "/acme/customers"}, {"create": True}],
        "quick_create": [{"label": "新客户", "icon": "users", "url": "/acme/customers/new"}],
        "unread": 3,
        "theme": "light",
        "text_size": "normal",
        "language": language,
        "toasts": [],
        "request": None,
        "printed_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "csrf_input": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="token">'),
    }
    return environment_of_parts().get_template(template).render(context | values)


def static_file(address: str) -> Path:
    """The file behind a static address of these pages."""
    name = address.split(settings.STATIC_URL, 1)[-1].split("?")[0]
    return TEMPLATES.parent / "static" / name
