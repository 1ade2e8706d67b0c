"""Groups of conditions as they stand in an address: `or=<a filter, encoded>`, once for each way."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _t

from gucang.kernel.fields import BadValue

OR = "or"
Group = list[tuple[str, str]]
MOST_GROUPS, MOST_IN_A_GROUP, MOST_TEXT = 8, 10, 2000


def read(many: Iterable[str]) -> list[Group]:
    """The texts as lists of (parameter, value); of one group all must hold, of the groups one.

    Raises BadValue for more than fits.
    """
    texts = [text.strip().removeprefix("?") for text in many if text.strip()]
    if any(len(text) > MOST_TEXT for text in texts):
        raise too_many()
    try:
        found = [group for text in texts if (group := parse_qsl(text, max_num_fields=4 * MOST_IN_A_GROUP))]
    except ValueError:
        raise too_many() from None
    if len(found) > MOST_GROUPS or any(len(group) > MOST_IN_A_GROUP for group in found):
        raise too_many()
    return found


def write(many: Iterable[Group]) -> list[str]:
    """The reverse of `read`."""
    return [urlencode(group) for group in many if group]


def too_many() -> BadValue:
    """The refusal of more than fits."""
    sentence = _t("At most %(groups)s groups of %(many)s conditions fit.")
    return BadValue(sentence % {"groups": MOST_GROUPS, "many": MOST_IN_A_GROUP})
