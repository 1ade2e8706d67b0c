"""The lines of a document: declared once with its form, written with it by one action, told by its one event.

A record that has lines keeps them at hand once somebody has asked for them (`of`) or put others in their place (`put`).
What stands in an event is only what differs, as a patch by the lines' keys: {"3": null, "4": {…}} takes line 3 away and
sets line 4. The old half of such a pair is the way back.
"""

from gucang.kernel.lines.cleaning import MOST, BadLines, find_many, numbered, refused
from gucang.kernel.lines.declared import Lines, LinesSpec, from_text, to_text
from gucang.kernel.lines.kept import (
    NAME,
    as_json,
    changes,
    forget,
    gone,
    is_touched,
    load,
    of,
    plain,
    put,
    settled,
    stored,
)

__all__ = [
    "MOST", "NAME", "BadLines", "Lines", "LinesSpec", "as_json", "changes", "find_many", "forget", "from_text", "gone",
    "is_touched", "load", "numbered", "of", "plain", "put", "refused", "settled", "stored", "to_text",
]  # fmt: skip
