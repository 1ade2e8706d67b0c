"""How the form of an own field lets people fill in its choices, one row each, the stages that need it, the section it
stands in, and the field that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.customfields import queries, rules
from gucang.customfields.checks import CHOOSING, headed_places_of, showing
from gucang.kernel import formulas
from gucang.kernel.custom import PREFIX, options
from gucang.kernel.custom.making import inputs_of
from gucang.kernel.fields import FieldSpec
from gucang.kernel.formulas import FUNCTIONS, BadFormula, Kind, stored_text, worded
from gucang.kernel.records import RecordType
from gucang.surface import controls
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input

COLOURS = (
    ("", _("no colour")), ("mute", _("grey")), ("ac", _("blue")), ("ok", _("green")), ("warn", _("ochre")),
    ("bad", _("red")),
)  # fmt: skip
PARTS = ("value", "zh", "en", "tone", "former")
COMMAND = "_choice"
NEW = "+"  # the choice among the sections that stands for a title to be written
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
    record_type = _type_of(request, record)
    places = headed_places_of(record_type) if record_type is not None else []
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


def read_section(params: QueryDict) -> str | None:
    """The chosen section, or the title that was written for a new one."""
    chosen = params.get("section")
    return params.get("section_new", "").strip() if chosen == NEW else chosen


def draw_section(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """The sections of the form, those that the company has made, and room for the title of a new one."""
    record_type = _type_of(request, record)
    if record_type is None:
        return plain
    declared = [(f"@{number}", str(title), "") for number, (title, _names) in enumerate(record_type.form.sections)]
    specs = record_type.custom_fields()
    titles = [record_type.section_of(one.own.section) for one in specs if one.own is not None]
    now = record_type.section_of(str(plain.value or ""))
    own = dict.fromkeys(title for title in (*titles, now) if title and not title.startswith("@"))
    found = [("", str(_("Own fields")), ""), *declared, *((title, title, "") for title in own)]
    return replace(
        plain,
        template="customfields/_section.html",
        value=now,
        choices=[*found, (NEW, _t("a new one…"), "")],
        help="",
        more={"new": NEW},
    )


def read_shown_for(params: QueryDict) -> list[str] | None:
    """The ticked choices of the field that was chosen; None where the form had none to tick."""
    sent = "show_values" in params.getlist("_sent")
    return params.getlist(f"show_values:{params.get('show_field', '')}") if sent else None


def draw_shown_by(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """The fields that can show this one, to choose from."""
    found = _showing(request, record)
    if found is None:
        return plain
    chosen = str(plain.value or "")
    choices = [(one.name, str(one.label), "") for one in found]
    if chosen and all(chosen != name for name, _label, _find in choices):
        choices.append((chosen, chosen, ""))  # what was typed elsewhere stays in sight, with its refusal
    return replace(plain, kind="choice", choices=choices, help=_t("empty: the form always shows this field"))


def draw_shown_for(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """The choices of each of those fields; the script leaves those of the chosen one."""
    found = _showing(request, record)
    if found is None:
        return plain
    value = plain.value if isinstance(plain.value, list) else str(plain.value or "").split("、")
    groups = []
    for one in (spec for spec in found if spec.kind != "boolean"):
        former = [(key, label) for key, label in (one.own.former if one.own is not None else ()) if key in value]
        groups.append((one.name, str(one.label), [(str(key), str(label)) for key, label in (*one.choices, *former)]))
    if not groups:
        return None
    return replace(plain, template="customfields/_shown_for.html", value=value, help="", wide=True, more=groups)


def draw_personal(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """The tick, where a person's data can be erased at all."""
    record_type = _type_of(request, record)
    return plain if record_type is None or "erase" in record_type.verbs else None


def draw_on_card(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """The tick, where the records have a board."""
    record_type = _type_of(request, record)
    return plain if record_type is None or record_type.board is not None else None


def draw_formula(request: CompanyRequest, record: Any, plain: Input) -> Input | None:
    """A box of some lines, with the fields and functions that can stand in it."""
    record_type = _type_of(request, record)
    known = [] if record_type is None else [one for one in record_type.custom_fields() if not one.computed]
    inputs = inputs_of(record_type, known) if record_type is not None else []
    chinese = (get_language() or "").startswith("zh")
    more = {
        "fields": [one.called[0] for one in inputs if one.kind is not Kind.OTHER],
        "functions": [one.names[1 if chinese else 0] for one in FUNCTIONS],
    }
    words = _worded(record, plain, inputs)
    example = _t("such as ROUND([amount] * 10%, 2)")
    return replace(plain, value=words, help=example, template="customfields/_formula.html", wide=True, more=more)


def _worded(record: Any, plain: Input, inputs: Sequence[formulas.Input]) -> Any:
    """The formula with its fields by what they are called now, where that says the same; what was typed as it is."""
    if record is None or not record.formula or plain.value != record.formula:
        return plain.value
    try:
        words = worded(record.formula, inputs)
        return words if stored_text(words, inputs) == record.formula else plain.value
    except BadFormula:
        return plain.value


def _showing(request: CompanyRequest, record: Any) -> list[FieldSpec] | None:
    record_type = _type_of(request, record)
    if record_type is None:
        return None
    own = f"{PREFIX}{record.key}" if record is not None else ""
    return [spec for spec in showing(record_type) if spec.name != own]


def _type_of(request: CompanyRequest, record: Any) -> RecordType | None:
    """The record type that the field is of, or is to be of."""
    name = record.record_type if record is not None else request.POST.get("record_type", request.GET.get("record_type"))
    return rules.may_have(name or "")


def register() -> None:
    """Give the form its controls."""
    pressed = controls.Control(read_choices, draw_choices, lambda params: COMMAND in params)
    controls.register("custom_field", "options", pressed)
    controls.register("custom_field", "required_in", controls.Control(read_stages, draw_stages))
    controls.register("custom_field", "section", controls.Control(read_section, draw_section))
    controls.register("custom_field", "show_field", controls.Control(lambda params: None, draw_shown_by))
    controls.register("custom_field", "formula", controls.Control(lambda params: None, draw_formula))
    controls.register("custom_field", "on_card", controls.Control(lambda params: None, draw_on_card))
    controls.register("custom_field", "personal", controls.Control(lambda params: None, draw_personal))
    controls.register("custom_field", "show_values", controls.Control(read_shown_for, draw_shown_for))
