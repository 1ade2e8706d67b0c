"""Files that people attach: checked, stored outside the web root under random names, read back."""

from gucang.activity.files.kinds import BadFile, clean_name
from gucang.activity.files.store import (
    Facts,
    Stored,
    inspect,
    open_file,
    open_thumbnail,
    path_of,
    read_note,
    receive,
    sweep,
    write_note,
)

__all__ = [
    "BadFile",
    "Facts",
    "Stored",
    "clean_name",
    "inspect",
    "open_file",
    "open_thumbnail",
    "path_of",
    "read_note",
    "receive",
    "sweep",
    "write_note",
]
