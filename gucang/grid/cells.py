"""Raw cells on their way to the field cleaning: what an import understands, a grid understands in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t

from gucang.exchange.engine.references import find_all, why_not_one
from gucang.exchange.repairs import fixer
from gucang.grid.parcel import CELL_BYTES
from gucang.grid.sheet import fillable
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.sheets import unguarded

_TEXTS = frozenset(["text", "longtext"])
_FORMULAS = ("=", "＝")


class Cells:
    """The cells of one request. References are looked up in sets, once for all of them."""

    def __init__(self, record_type: RecordType, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> None:
        self.type, self.actor = record_type, actor
        self.specs = fillable(record_type)
        self.fixers = {name: fixer(spec) for name, spec in self.specs.items() if spec.kind != "choices"}
        self.named: dict[type[Any], dict[str, list[Any]]] = {}
        self.picked: dict[type[Any], dict[int, Any]] = {}
        self._look_up(rows)

    def ready(self, name: str, raw: Any) -> Any:
        """`raw` as `clean` takes it. Raises BadValue."""
        spec = self.specs.get(name)
        if spec is None:
            raise BadValue(_t("There is no field “%(field)s” to fill in.") % {"field": name[:40]})
        if not isinstance(raw, str):
            return self._pick(spec, raw["id"])
        text = self._text(spec, raw)
        if spec.kind == "reference" and text.strip():
            several = self.named[spec.target].get(text.strip(), []) if spec.target else []
            if len(several) != 1:
                raise BadValue(why_not_one(spec.target, text.strip(), several))
            return several[0]
        return text

    def _text(self, spec: FieldSpec, raw: str) -> str:
        if len(raw) > CELL_BYTES // 4 and len(raw.encode(errors="replace")) > CELL_BYTES:
            raise BadValue(_t("This cell holds more than 64 KB. Shorten it, or attach it as a file."))
        text = unguarded(raw)
        bare = text.strip()
        if bare.startswith(_FORMULAS) and spec.kind not in _TEXTS:
            raise BadValue(_t("Formulas are not calculated here. Write or paste the result."))
        if len(bare) > 2 and set(bare) == {"#"}:
            raise BadValue(_t("The spreadsheet showed #### here. Widen its column and copy again."))
        fix = self.fixers.get(spec.name)
        return fix(text) if fix is not None and bare else text

    def _pick(self, spec: FieldSpec, pk: int) -> Any:
        found = self.picked.get(spec.target, {}).get(pk) if spec.target else None
        if found is None:
            raise BadValue(_t("What was chosen is gone, or you may not see it. Choose again."))
        return found

    def _look_up(self, rows: Sequence[Mapping[str, Any]]) -> None:
        words: dict[type[Any], set[str]] = {}
        ids: dict[type[Any], set[int]] = {}
        for values in rows:
            for name, raw in values.items():
                spec = self.specs.get(name)
                if spec is None or spec.kind != "reference" or spec.target is None:
                    continue
                if isinstance(raw, str):
                    words.setdefault(spec.target, set()).add(unguarded(raw).strip()[:200].replace("\0", ""))
                else:
                    ids.setdefault(spec.target, set()).add(raw["id"])
        for target, some in words.items():
            self.named[target] = find_all(records.by_model(target), some - {""}, self.actor)
        for target, many in ids.items():
            self.picked[target] = {
                one.pk: one for one in records.by_model(target).query(self.actor).filter(pk__in=many)
            }
