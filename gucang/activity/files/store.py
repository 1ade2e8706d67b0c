"""Where the files are: MEDIA_ROOT/<company id>/<two letters>/<random name>, outside the web root.

A file gets its name by renaming, before the transaction that knows it commits: there is never a row without its
file. A file without a row (the transaction failed, the process was killed) is swept a day later.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t

from gucang.activity.files import kinds, pictures
from gucang.activity.files.kinds import BadFile
from gucang.activity.policy import MB, policy
from gucang.kernel.scope import active_company_id

_NAME = re.compile(r"[0-9a-f]{32}")
NOTE = ".note"
KEEP_ORPHANS_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Stored:
    """An uploaded file that passed the checks and waits to be attached: its random name, and what to call it."""

    file: str
    name: str


@dataclass(frozen=True)
class Facts:
    """What a stored file is, read off the file."""

    content_type: str
    size: int
    sha256: str
    width: int | None
    height: int | None


def folder() -> Path:
    """The active company's folder."""
    return Path(settings.MEDIA_ROOT) / str(active_company_id())


def path_of(file: str) -> Path:
    """The path of a stored file. Raises BadFile for a name that this module did not make."""
    if not _NAME.fullmatch(file):
        raise BadFile(_t("There is no such file. Upload it again."))
    return folder() / file[:2] / file


def thumbnail_of(file: str) -> Path:
    return path_of(file).with_suffix(".thumb")


def receive(upload: UploadedFile) -> Stored:
    """Check an upload and store it in the active company. Raises BadFile with a sentence for the person."""
    name = kinds.clean_name(upload.name or "")
    kind = kinds.by_name(name)
    limit = policy().file_mb
    if (upload.size or 0) > limit * MB:
        raise BadFile(
            _t("“%(name)s” is larger than %(limit)s MB. Make it smaller, or send a link to it.")
            % {"name": name, "limit": limit}
        )
    file = secrets.token_hex(16)
    target = path_of(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    raw, drawn, small = (target.with_suffix(suffix) for suffix in (".raw", ".part", ".thumb"))
    try:
        _write(upload, raw)
        kinds.check_content(kind, name, raw)
        if kind.picture:
            pictures.draw_anew(raw, drawn, small, name=name, form=kind.picture)
            _settle(drawn, target)
        else:
            _settle(raw, target)
    except BaseException:
        small.unlink(missing_ok=True)
        raise
    finally:
        raw.unlink(missing_ok=True)
        drawn.unlink(missing_ok=True)
    return Stored(file, name)


def _write(upload: UploadedFile, path: Path) -> None:
    with path.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)


def _settle(source: Path, target: Path) -> None:
    """Give a finished file its name, after its bytes are on the disk."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.rename(target)


def inspect(file: str, name: str) -> Facts:
    """The facts of a stored file that will be called `name`. Raises BadFile when it is gone or is another kind."""
    path = path_of(file)
    if not path.is_file():
        raise BadFile(_t("There is no such file. Upload it again."))
    kind = kinds.by_name(name)
    kinds.check_content(kind, name, path)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    width, height = pictures.size_of(path) if kind.picture else (None, None)
    return Facts(kind.content_type, path.stat().st_size, digest, width, height)


def open_file(file: str) -> IO[bytes]:
    """A stored file, open for reading. Raises FileNotFoundError."""
    return path_of(file).open("rb")


def open_thumbnail(file: str) -> IO[bytes]:
    """The small JPEG of a stored picture, open for reading. Raises FileNotFoundError."""
    return thumbnail_of(file).open("rb")


def write_note(file: str, text: str) -> None:
    """Keep a word beside a file that waits for somebody's decision; it is swept after a day, whatever was decided."""
    target = path_of(file).with_suffix(NOTE)
    part = target.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(target)  # whole, or the one before: others read it meanwhile


def read_note(file: str) -> str:
    """What `write_note` kept. Raises FileNotFoundError."""
    return path_of(file).with_suffix(NOTE).read_text("utf-8")


def sweep(known: set[str]) -> int:
    """Delete the company's files that are older than a day and not among `known`, and notes; returns how many."""
    before = time.time() - KEEP_ORPHANS_SECONDS
    gone = 0
    for path in folder().glob("??/*"):
        left_over = path.stem not in known or path.suffix == NOTE
        if left_over and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
