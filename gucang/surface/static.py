"""Addresses of static files that change with their content, so that browsers may keep them for a year.

The file is served under its plain name by WhiteNoise, from a checkout as from an installation; the address carries a
hash of the content behind "?v=". No `collectstatic` is needed and no manifest can be out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedNames(StaticFilesStorage):
    """The `staticfiles` storage: `url("dist/app.css")` is "/static/dist/app.css?v=1a2b3c4d5e6f"."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._known: dict[str | None, str] = {}

    def url(self, name: str | None) -> str:
        """The address of a static file; one that does not exist gets no version."""
        if settings.DEBUG:
            return self._address(name, _version)
        # A board asks for the icon sprite some hundred times.
        if name not in self._known:
            self._known[name] = self._address(name, content_version)
        return self._known[name]

    def _address(self, name: str | None, version_of: Callable[[str], str]) -> str:
        plain = super().url(name)
        version = version_of(name) if name and not name.endswith("/") else ""
        return f"{plain}?v={version}" if version else plain


def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=2048)
def content_version(name: str) -> str:
    """The first 12 hex digits of the file's SHA-256; "" when there is none. Read once per process."""
    return _version(name)
