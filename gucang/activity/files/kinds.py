"""Which files are kept: an allow-list by ending, and the content must be what the ending says."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import puremagic
from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.kernel.text import clean_text

MAX_NAME = 120
HEAD = 4096
MAX_MEMBERS = 1_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200


class BadFile(Invalid):
    """A file that is not kept; the sentence says why and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"files": [sentence]})


@dataclass(frozen=True)
class FileKind:
    """`signs` are the endings that the content's first bytes must point to, `member` a name the zip must hold.

    `picture` is Pillow's name of the format; such files are drawn anew. `inline` may be shown in the browser.
    """

    ending: str
    content_type: str
    signs: tuple[str, ...] = ()
    member: str = ""
    zipped: bool = False
    picture: str = ""
    inline: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    kind.ending: kind
    for kind in (
        FileKind("jpg", "image/jpeg", (".jpg", ".jpeg", ".jfif"), picture="JPEG", inline=True),
        FileKind("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jfif"), picture="JPEG", inline=True),
        FileKind("png", "image/png", (".png",), picture="PNG", inline=True),
        FileKind("gif", "image/gif", (".gif",), picture="GIF", inline=True),
        FileKind("webp", "image/webp", (".webp",), picture="WEBP", inline=True),
        FileKind("pdf", "application/pdf", (".pdf",), inline=True),
        FileKind("docx", _OFFICE + "wordprocessingml.document", (".docx",), "word/document.xml", zipped=True),
        FileKind("xlsx", _OFFICE + "spreadsheetml.sheet", (".xlsx",), "xl/workbook.xml", zipped=True),
        FileKind("pptx", _OFFICE + "presentationml.presentation", (".pptx",), "ppt/presentation.xml", zipped=True),
        FileKind("doc", "application/msword", (".doc",)),
        FileKind("xls", "application/vnd.ms-excel", (".doc", ".xls")),
        FileKind("ppt", "application/vnd.ms-powerpoint", (".doc", ".ppt")),
        FileKind("wps", "application/vnd.ms-works", (".doc", ".wps")),
        FileKind("et", "application/vnd.ms-excel", (".doc", ".et")),
        FileKind("zip", "application/zip", (".zip", ".docx"), zipped=True),
        FileKind("txt", "text/plain; charset=utf-8"),
        FileKind("csv", "text/csv; charset=utf-8"),
        FileKind("mp3", "audio/mpeg", (".mp3", ".mpga")),
        FileKind("m4a", "audio/mp4", (".m4a", ".mp4")),
        FileKind("wav", "audio/wav", (".wav",)),
        FileKind("amr", "audio/amr", (".amr",)),
        FileKind("mp4", "video/mp4", (".mp4",)),
    )
}


def clean_name(raw: str) -> str:
    """A file name fit to show and to send: no folders, no control or direction characters, at most 120 long.

    What remains of "../../etc/passwd" is "passwd". Its ending is kept when the name is too long.
    """
    last = PurePosixPath(raw.replace("\\", "/")).name
    name = clean_text(re.sub(r'[<>:"|?*\x00-\x1f]', "_", last), max_length=10_000).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_NAME:
        name = f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else name[:MAX_NAME]
    return name or "file"


def kind_called(content_type: str) -> str:
    """What a kind of file is called by everybody: "PDF" for "application/pdf"."""
    found = next((kind.ending for kind in KINDS.values() if kind.content_type == content_type), "")
    return found.upper() or content_type


def by_name(name: str) -> FileKind:
    """The kind that a clean name claims to be. Raises BadFile for one that is not on the list."""
    kind = KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise BadFile(
            _t(
                "“%(name)s” is not kept: pictures, PDF, Word, Excel, PowerPoint, text, sound, video and zip files are. "
                "Save it as one of these, PDF for example."
            )
            % {"name": name}
        )
    return kind


def check_content(kind: FileKind, name: str, path: Path) -> None:
    """Raise BadFile unless the content is what the ending says."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise BadFile(_t("“%(name)s” is empty. Choose the file again.") % {"name": name})
    fits = b"\0" not in head if not kind.signs else bool(set(kind.signs) & _signs(head))
    if fits and kind.zipped:
        fits = _zip_is_sane(kind, name, path)
    if not fits:
        raise BadFile(
            _t(
                "“%(name)s” is not what its name says: its content is no %(kind)s file. Open it in the program "
                "that made it and save it again as %(kind)s."
            )
            % {"name": name, "kind": kind.ending.upper()}
        )


def _signs(head: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def _zip_is_sane(kind: FileKind, name: str, path: Path) -> bool:
    """Look at the zip's list of contents only; nothing is unpacked. Raises BadFile for a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(path.stat().st_size, 1):
        raise BadFile(
            _t("“%(name)s” would unpack to far more than is sensible. Take out what is not needed.") % {"name": name}
        )
    names = [member.filename for member in members]
    if any(".." in PurePosixPath(one).parts or one.startswith("/") for one in names):
        return False
    return not kind.member or kind.member in names
