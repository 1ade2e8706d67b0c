"""An upload becomes tables on disk, before any import is made of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from gucang.exchange import store
from gucang.exchange.readers import Table, unpack


def receive(upload: UploadedFile) -> str:
    """Read an upload; returns the name under which its tables lie. Raises BadTable, and then nothing stays."""
    return _take(upload.name or "", lambda raw: store.receive(upload, raw))


def take(path: Path) -> str:
    """Read a file, or the files of a folder, of this machine (the command line)."""
    if not path.is_dir():
        return _take(path.name, lambda raw: _copy(path, raw))
    return _take_folder(path)


def _copy(source: Path, raw: Path) -> None:
    raw.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, raw)


def _take(name: str, fill: Callable[[Path], None]) -> str:
    file = store.new_name()
    folder = store.path_of(file)
    raw = folder / "raw"
    try:
        fill(raw)
        _describe(folder, unpack(raw, name, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        raw.unlink(missing_ok=True)
    return file


def _take_folder(path: Path) -> str:
    file = store.new_name()
    folder = store.path_of(file)
    tables = []
    try:
        for place, one in enumerate(sorted(path.iterdir())):
            if one.suffix.lower() in (".csv", ".json", ".jsonl"):
                (table,) = unpack(one, one.name, folder / str(place))
                tables.append(table)
        _describe(folder, tables)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return file


def _describe(folder: Path, tables: list[Table]) -> None:
    """Write beside the tables what they are; the import reads it from there, not from what a browser sends."""
    for table in tables:
        store.settle(table.file)
    told = [
        {
            "name": table.name,
            "columns": list(table.columns),
            "rows": table.rows,
            "encoding": table.encoding,
            "file": str(table.file.relative_to(folder)),
        }
        for table in tables
    ]
    (folder / "tables.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    store.settle(folder / "tables.json")
