"""Files to attach, made up: pictures, a PDF, and uploads with the name that a browser would send."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def pdf() -> bytes:
    """One empty page."""
    out = io.BytesIO()
    Image.new("RGB", (200, 280), "white").save(out, "PDF")
    return out.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """An upload with exactly this name: past Django's own cleaning."""
    found = SimpleUploadedFile("x", content)
    found._name = name
    return found
