"""The one template environment: Jinja2 with autoescape, translations, and the design system's filters."""

from functools import lru_cache
from typing import Any

from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, npgettext, override, pgettext
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from gucang.surface import ui


@pass_context
def csrf_input(context: Context) -> SafeString:
    """The hidden field that every form posting to us carries."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(context["request"]))


@lru_cache(maxsize=10_000)
def _in(language: str | None, text: str) -> tuple[Markup, bool]:
    with override(language):
        found = gettext(text)
    return Markup(found), "%" in found  # noqa: S704  our own sentences, and those of our translators


def sentence(text: str, /, **values: Any) -> Markup:
    """`_("…", name=value)` in templates, as Jinja2 gives it, but looked up once: a page says 150 of them."""
    found, has_marks = _in(get_language(), text)
    return found % values if has_marks else found


def environment(**options: Any) -> Environment:
    """Build the environment for Django's Jinja2 backend; `options` come from TEMPLATES."""
    options |= {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
    }
    env = Environment(**options)  # noqa: S701 autoescape is set by Django's backend
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    env.globals |= {
        "_": sentence,
        "static": static,
        "url": reverse,
        "csrf_input": csrf_input,
        "language": get_language,
        **ui.globals_(),
    }
    env.filters |= ui.filters()
    return env
