"""Pictures are drawn anew: what hides beside the pixels (position, camera, scripts) stays behind."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _t
from PIL import Image, ImageOps, UnidentifiedImageError

from gucang.activity.files.kinds import BadFile

MAX_PIXELS = 50_000_000
THUMBNAIL = (320, 320)


def draw_anew(source: Path, target: Path, thumbnail: Path, *, name: str, form: str) -> None:
    """Write the picture in `source` to `target`, upright and without metadata, and its small JPEG to `thumbnail`.

    Of an animation the first picture is kept. Raises BadFile for more than 50 million pixels and for what is no
    picture of the format `form` ("JPEG", "PNG", "GIF", "WEBP").
    """
    with _opened(source, name, form) as picture:
        upright = ImageOps.exif_transpose(picture)
        if form == "JPEG" and upright.mode not in ("L", "RGB"):
            upright = upright.convert("RGB")
        upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
        upright.save(target, form, **({"quality": 90} if form in ("JPEG", "WEBP") else {}))
        _small(upright).save(thumbnail, "JPEG", quality=80)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height in pixels of a picture that was drawn anew."""
    with Image.open(path) as picture:
        return picture.size


@contextmanager
def _opened(source: Path, name: str, form: str) -> Iterator[Image.Image]:
    formats = ["JPEG", "MPO"] if form == "JPEG" else [form]  # MPO: what many telephones call a JPEG
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=formats) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise _too_large(name)
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadFile(
            _t("“%(name)s” cannot be read as a picture. Save it again, or take a screenshot of it.") % {"name": name}
        ) from error


def _too_large(name: str) -> BadFile:
    return BadFile(
        _t("“%(name)s” has more than 50 million pixels. Make it smaller and attach it again.") % {"name": name}
    )


def _small(picture: Image.Image) -> Image.Image:
    small = picture.convert("RGBA") if picture.mode in ("P", "PA", "LA", "RGBA") else picture.convert("RGB")
    small.thumbnail(THUMBNAIL)
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        return ground
    return small
