"""What is said of a file that cannot be read."""

from __future__ import annotations

from typing import Any

from gucang.kernel.errors import Invalid


class BadTable(Invalid):
    """The file is refused as a whole; the sentence says where and why, and what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__({"file": [sentence]})
