"""How the form of an own field lets people fill in its choices, one row each, and the stages that need it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.customfields import queries, rules
from gucang.customfields.checks import CHOOSING, places_of
from gucang.kernel.custom import options
from gucang.surface import controls
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input

COLOURS = (
    ("", _("no colour")), ("mute", _("grey")), ("ac", _("blue")), ("ok", _("green")), ("warn", _("ochre")),
    ("bad", _("red")),
)  # fmt: skip
PARTS = ("value", "zh", "en", "tone", "former")
COMMAND = "_choice"
BLANK = 3  # empty rows, where nothing or more is to be written


@dataclass(frozen=True)
class Row:
    """One choice in the editor; `held` is how many records hold it."""

    option: options.Option
    held: int = 0

    @property
    def badge(self) -> str:
        """The tone that its badge has in lists."""
        return options.BADGES.get(self.option.tone, self.option.tone)


def read_choices(params: QueryDict) -> str | None:
    """The posted rows as the text that the field keeps, after what a button within them does."""
    if "option_zh" not in params:
        return None  # a script that posts the text itself, or a kind without choices
    columns = [params.getlist(f"option_{part}") for part in PARTS]
    rows = [
        options.Option(value or options.value_of(zh), zh.strip(), en.strip(), tone, former == "1")
        for value, zh, en, tone, former in zip(*columns, strict=False)
    ]
    rows = _pressed(rows, params.get(COMMAND, ""))
    return "\n".join(_line(one) for one in rows if one.zh)


def _line(one: options.Option) -> str:
    """With its value in front even where the name says it: a name may hold the signs that divide a line."""
    return f"{'- ' if one.former else ''}{one.value} = {one.zh} | {one.en} | {one.tone}"


def _pressed(rows: list[options.Option], command: str) -> list[options.Option]:
    """The rows after the button `command` ("up:2"), counted from 0; unknown commands do nothing."""
    verb, _colon, number = command.partition(":")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if not 0 <= at < len(rows):
        return rows
    one = rows.pop(at)
    if verb == "drop":
        return rows
    if verb == "offer":
        one = replace(one, former=False)
    rows.insert(max(at - 1, 0) if verb == "up" else at + 1 if verb == "down" else at, one)
    return rows


def draw_choices(request: CompanyRequest, record: Any, plain: Input) -> Input:
    """One row for each choice and empty ones below."""
    held = queries.choices_held(record) if record is not None and record.kind in CHOOSING else {}
    rows = [Row(one, held.get(one.value, 0)) for one in options.drawn(str(plain.value or ""))]
    more = BLANK if not rows or request.POST.get(COMMAND) == "add" else 1
    rows += [Row(options.Option("", ""))] * more
    bare = "line" if record is not None and record.kind == "choices" else ""
    return replace(
        plain,
        template="customfields/_choices.html",
        wide=True,
        help="",
        more={"rows": rows, "colours": COLOURS, "bare": bare, "command": COMMAND},
    )


def read_stages(params: QueryDict) -> list[str] | None:
    """The ticked stages; None where the form had none to tick."""
    sent = "required_in" in params.getlist("_sent")
    return params.getlist("required_in") if sent else None


def draw_stages(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """Boxes to tick, where the records have a board; else there is nothing to ask."""
    name = record.record_type if record is not None else request.POST.get("record_type", request.GET.get("record_type"))
    record_type = rules.may_have(name or "")
    places = places_of(record_type) if record_type is not None else []
    if not places:
        return None
    value = plain.value if isinstance(plain.value, list) else str(plain.value).split("、")
    return replace(
        plain,
        kind="choices",
        value=[str(one) for one in value],
        choices=[(key, label, "") for key, label in places],
        help=_t("a record may not enter the ticked stages without it"),
        wide=True,
    )


def register() -> None:
    """Give the form its controls."""
    pressed = controls.Control(read_choices, draw_choices, lambda params: COMMAND in params)
    controls.register("custom_field", "options", pressed)
    controls.register("custom_field", "required_in", controls.Control(read_stages, draw_stages))
