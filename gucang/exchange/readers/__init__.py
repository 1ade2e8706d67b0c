"""From an uploaded file to tables: text in known encodings, CSV, JSON lines, and zip archives of them.

Whatever comes in is read once, from disk to disk, into one plain form (see `tables.Table`), so that an import of a
million rows needs little memory and can go on from a byte position after it was killed.
"""

from gucang.exchange.readers.archives import unpack
from gucang.exchange.readers.errors import BadTable
from gucang.exchange.readers.tables import RawRow, Table, read_table, sample

__all__ = ["BadTable", "RawRow", "Table", "read_table", "sample", "unpack"]
