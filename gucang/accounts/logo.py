"""The company's mark on its papers: one small picture, drawn anew from what somebody uploads.

The file lies in MEDIA_ROOT/<company id>/letterhead under the hash of its content: the same picture is there once, and
what an event of the past names is still there.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _t
from PIL import Image, ImageOps, UnidentifiedImageError

from gucang.kernel.errors import Invalid
from gucang.kernel.scope import active_company_id

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES, MOST_PIXELS = 5 << 20, 25_000_000
# Twice what 42 × 16 mm need in print.
LARGEST = (1000, 400)
_NAME = re.compile(r"[0-9a-f]{32}\.png")


def take(upload: IO[bytes]) -> str:
    """Draw an uploaded picture anew, as large as papers need it, and keep it; returns its name.

    Raises Invalid for more than 5 MB or 25 million pixels and for what is no PNG, JPEG or WebP.
    """
    raw = upload.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _refused(_t("The picture is larger than 5 MB. Make it smaller."))
    made = _drawn(raw)
    name = f"{hashlib.sha256(made).hexdigest()[:32]}.png"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(made)
    part.replace(path)
    return name


def read(name: str) -> bytes:
    """The PNG of this name; nothing where there is none (a restored company without its files)."""
    return path_of(name).read_bytes() if is_there(name) else b""


def is_there(name: str) -> bool:
    """Whether the active company has a picture of this name."""
    return _NAME.fullmatch(name) is not None and path_of(name).is_file()


def path_of(name: str) -> Path:
    """Where the picture of this name lies."""
    return Path(settings.MEDIA_ROOT) / str(active_company_id()) / "letterhead" / name


def _drawn(raw: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise _refused(_t("The picture has more than 25 million pixels. Make it smaller."))
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_t("The picture has more than 25 million pixels. Make it smaller.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _refused(_t("This cannot be read as a picture. Upload a PNG or JPEG.")) from error
    upright.thumbnail(LARGEST)
    out = io.BytesIO()
    Image.frombytes("RGBA", upright.size, upright.tobytes()).save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(sentence: str) -> Invalid:
    return Invalid({"logo": [sentence]})
