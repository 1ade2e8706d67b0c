"""Files of imports and exports: outside the web root, under random names, in a folder of each company."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t

from gucang.exchange.readers import BadTable
from gucang.kernel.scope import active_company_id

_NAME = re.compile(r"[0-9a-f]{32}")
MAX_UPLOAD = 200 << 20
KEEP_SECONDS = 7 * 24 * 3600


def folder() -> Path:
    """The active company's folder."""
    return Path(settings.MEDIA_ROOT) / str(active_company_id()) / "exchange"


def path_of(file: str) -> Path:
    """The folder of one import, or the file of one export. Raises BadTable for a name that this module did not make."""
    if not _NAME.fullmatch(file):
        raise BadTable(_t("There is no such file. Upload it again."))
    return folder() / file


def new_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def receive(upload: UploadedFile, target: Path) -> None:
    """Write an upload to `target`. Raises BadTable above 200 MB."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with target.open("wb") as out:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > MAX_UPLOAD:
                raise BadTable(_t("The file is larger than 200 MB. Split it, or bring it in by the command line."))
            out.write(chunk)


def settle(path: Path) -> None:
    """Have the bytes of a file on the disk before anything counts on them."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove(file: str) -> None:
    """Delete what belongs to one import or export."""
    path = path_of(file)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sweep(needed: Iterable[str], older_than: float = KEEP_SECONDS) -> int:
    """Delete the company's files that are not `needed` and older than so many seconds; returns how many."""
    keep, before, gone = set(needed), time.time() - older_than, 0
    for path in folder().glob("*"):
        if path.name not in keep and path.stat().st_mtime < before:
            remove(path.name)
            gone += 1
    return gone


def sweep_exports(waiting: Iterable[str]) -> int:
    """Delete files of exports that are older than a day; returns how many."""
    before, gone = time.time() - 24 * 3600, 0
    for file in waiting:
        path = path_of(file)
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
