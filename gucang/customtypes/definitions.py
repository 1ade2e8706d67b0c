"""What the active company's own types are, read once and kept with its set-up; and stages as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _t

from gucang.customtypes.models import PREFIX, CustomType
from gucang.kernel.custom import options
from gucang.kernel.errors import Invalid
from gucang.kernel.models import CustomField
from gucang.kernel.scope import active_company_id
from gucang.kernel.text import pinyin_key

TONES = ("", "ac", "ok", "warn", "bad", "mute")
CLOSED = "closed"
MOST_STAGES = 20


# A name in the language of whoever reads it.
said = lazy(options.said, str)


@dataclass(frozen=True)
class Stage:
    """A step of a type's records. `closed`: nothing is left to do with what stands here."""

    key: str
    zh: str
    en: str = ""
    tone: str = ""
    closed: bool = False

    @property
    def label(self) -> Any:
        return said(self.zh, self.en)


@dataclass(frozen=True)
class Definition:
    """One type as it is now: all that its record type is built from. `fields` are its own fields' keys and kinds."""

    company_id: int
    type_id: int
    name: str
    zh: str
    en: str
    plural_en: str
    icon: str
    number_rule: str
    has_owner: bool
    belongs_to: tuple[str, ...]
    day: tuple[str, str] | None
    deadline: bool
    stages: tuple[Stage, ...]
    retired: bool
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> Any:
        return said(self.zh, self.en)

    @property
    def label_plural(self) -> Any:
        return said(self.zh, self.plural_en or self.en)


def read() -> list[Definition]:
    """The active company's types in their order, retired ones too. Two queries; one when there are none."""
    rows = list(CustomType.objects.order_by("position", "id"))
    if not rows:
        return []
    fields: dict[str, list[tuple[str, str]]] = {}
    own = CustomField.objects.filter(record_type__startswith=PREFIX, retired=False).order_by("position", "id")
    for record_name, key, kind in own.values_list("record_type", "key", "kind"):
        fields.setdefault(record_name, []).append((key, kind))
    return [definition_of(row, fields.get(row.record_name, ())) for row in rows]


def definition_of(row: CustomType, fields: Iterable[tuple[str, str]] = ()) -> Definition:
    """The definition that a row holds."""
    return Definition(
        company_id=active_company_id(),
        type_id=row.pk,
        name=row.record_name,
        zh=row.name_zh,
        en=row.name_en,
        plural_en=row.plural_en,
        icon=row.icon,
        number_rule=row.number_rule,
        has_owner=row.has_owner,
        belongs_to=row.belongs_to,
        day=(row.day_zh or row.day_en, row.day_en) if row.day_zh or row.day_en else None,
        deadline=row.deadline,
        stages=stages_of(row),
        retired=row.retired,
        fields=tuple(fields),
    )


def stages_of(row: CustomType) -> tuple[Stage, ...]:
    """The stages of a type in their order."""
    return tuple(Stage(**stored) for stored in row.stages)


def stored(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """Stages as a type keeps them."""
    return [asdict(stage) for stage in stages]


# ---- stages as text: what the action and the API take


def write_stages(stages: Iterable[Stage]) -> str:
    """One stage a line: "key | Chinese | English | tone | closed"."""
    return "\n".join(
        " | ".join((stage.key, stage.zh, stage.en, stage.tone, CLOSED if stage.closed else "")) for stage in stages
    )


def read_stages(text: str) -> tuple[Stage, ...]:
    """The reverse of `write_stages`; a line may end early, and a single word is a name. Raises Invalid."""
    found: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) == 1:
            parts = ["", *parts]
        key, zh, en, tone, closed = (*parts, "", "", "", "", "")[:5]
        stage = Stage(key or _key_for(en or zh, found), zh or en, en, tone, closed == CLOSED)
        if sentence := _why_not(stage, line, found):
            raise Invalid({"stages": [sentence]})
        found[stage.key] = stage
    if len(found) > MOST_STAGES:
        raise Invalid({"stages": [_t("At most %(most)s stages fit.") % {"most": MOST_STAGES}]})
    return tuple(found.values())


def _why_not(stage: Stage, line: str, found: Mapping[str, Stage]) -> str | None:
    if not stage.zh or len(stage.zh) > 40 or len(stage.en) > 40:
        return _t("“%(line)s”: give each stage a name of at most 40 characters.") % {"line": line[:80]}
    if stage.tone not in TONES:
        return _t("“%(line)s”: the colour is one of %(tones)s.") % {"line": line[:80], "tones": "、".join(TONES[1:])}
    if not stage.key.isascii() or not stage.key.replace("_", "a").isalnum() or len(stage.key) > 40:
        return _t("“%(line)s”: a stage's key has letters, digits and _ only.") % {"line": line[:80]}
    if stage.key in found or any(stage.zh == one.zh for one in found.values()):
        return _t("There are two stages “%(name)s”. Give one of them another name.") % {"name": stage.zh}
    return None


def _key_for(name: str, taken: Mapping[str, Stage]) -> str:
    """A key for a new stage: its name in letters, with a number behind it where that is taken."""
    letters = suggested_key(name) or "stage"
    return next(one for n in range(1, 100) if (one := letters if n == 1 else f"{letters}_{n}") not in taken)


def suggested_key(name: str) -> str:
    """A short name in small letters for what is called `name`: English words, or the pinyin; "" where there is none."""
    text = name if name.isascii() else pinyin_key(name)
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split()
    if not name.isascii():
        words = ["".join(letter for letter in "".join(words) if letter.isalpha())]
    return "_".join(words)[:30].strip("_").lstrip("0123456789_")
