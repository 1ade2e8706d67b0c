"""What is read once and written later, kept on disk meanwhile."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Spool(Generic[Thing]):
    """Things of our own in a nameless file, given back in their order."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._count = 0

    def add(self, thing: Thing) -> None:
        """Keep one more."""
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __iter__(self) -> Iterator[Thing]:
        self._file.seek(0)
        for _number in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - written by ourselves into a file without a name

    def close(self) -> None:
        """Give the room on disk back."""
        self._file.close()
