"""What an upload holds: one table, or a zip archive of them, opened with suspicion."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _t

from gucang.exchange.readers import tables
from gucang.exchange.readers.errors import BadTable
from gucang.exchange.readers.tables import Table

MAX_MEMBERS = 1_000
MAX_UNPACKED = 200 << 20
MAX_RATIO = 200
CHUNK = 1 << 16
# A small file may honestly be packed very tightly.
_RATIO_FROM = 1 << 20
_CSV, _JSON = (".csv", ".tsv", ".txt"), (".json", ".jsonl", ".ndjson")


def unpack(source: Path, name: str, folder: Path) -> list[Table]:
    """Read the upload at `source`, which the person calls `name`, into plain tables in `folder`. Raises BadTable."""
    folder.mkdir(parents=True, exist_ok=True)
    if zipfile.is_zipfile(source) and not _is_spreadsheet(name):
        return _archive(source, folder)
    return [_table(source, name, folder / "0.rows")]


def _is_spreadsheet(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm", ".ods"))


def _table(source: Path, name: str, target: Path) -> Table:
    suffix = PurePosixPath(name.lower()).suffix
    if suffix in _JSON:
        return tables.from_json_lines(source, name, target)
    if suffix in _CSV:
        return tables.from_csv(source, name, target)
    raise BadTable(
        _t("“%(name)s” is not a CSV file. In Excel or WPS, save the sheet as “CSV UTF-8” and upload that.")
        % {"name": name}
    )


def _archive(source: Path, folder: Path) -> list[Table]:
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive)
            return _unpacked(archive, members, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadTable(_t("The zip archive is damaged or has a password. Pack it again without one.")) from error


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The tables inside. Refuses an archive that tries to be more than a handful of files."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadTable(
            _t("The archive holds %(count)s files; %(most)s fit.") % {"count": len(infos), "most": MAX_MEMBERS}
        )
    found = []
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        outside = path.is_absolute() or ".." in path.parts or ":" in info.filename
        if outside or stat.S_ISLNK(info.external_attr >> 16):
            raise BadTable(
                _t("The archive holds “%(name)s”, which leads outside of it.") % {"name": info.filename[:80]}
            )
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if not info.is_dir() and not hidden and path.suffix.lower() in (*_CSV, *_JSON):
            found.append(info)
    if not found:
        raise BadTable(_t("There is no CSV file in this archive."))
    return found


def _unpacked(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path) -> list[Table]:
    found, total = [], 0
    for place, info in enumerate(members):
        raw = folder / f"{place}.raw"
        try:
            total += _inflate(archive, info, raw, MAX_UNPACKED - total)
            name = PurePosixPath(info.filename.replace("\\", "/")).name
            found.append(_table(raw, name, folder / f"{place}.rows"))
        finally:
            raw.unlink(missing_ok=True)
    return found


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one member, counting what really comes out: the sizes that an archive states may lie."""
    size = 0
    with archive.open(info) as packed, target.open("wb") as out:
        while chunk := packed.read(CHUNK):
            size += len(chunk)
            if size > left or (size > _RATIO_FROM and size > MAX_RATIO * max(info.compress_size, 1)):
                raise BadTable(
                    _t("The archive unpacks to more than 200 MB, or is packed too tightly to be real tables.")
                )
            out.write(chunk)
    return size
