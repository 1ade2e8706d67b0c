"""Twenty own fields of customers for companies to measure with, and how their values are spread, as SQL.

Each expression is worked out from the customer's id alone, so that the same company gets the same values again. `c` is
the customer's row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any

from psycopg.sql import SQL, Composable, Literal

from gucang.kernel.models import FieldKind

Weighed = Sequence[tuple[str, str, str, int]]  # value, name, English name, weight (of several choices: per cent)


@dataclass(frozen=True)
class People:
    """Whom values can point at: members who look after customers, and the day that all dates are counted from."""

    members: tuple[int, ...]
    today: date


@dataclass(frozen=True)
class Shape:
    """One own field: what it is, how many of a hundred are empty, and how the others are spread."""

    key: str
    kind: FieldKind
    zh: str
    en: str
    empty: int = 0
    among: Weighed = ()
    low: float = 0
    high: float = 0
    words: Sequence[Sequence[str]] = ()
    more: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """What the field is made with."""
        options = "\n".join(f"{value} = {zh} | {en}" for value, zh, en, _weight in self.among)
        return {
            "record_type": "customer", "kind": self.kind, "key": self.key, "label_zh": self.zh, "label_en": self.en,
            "options": options, **self.more,
        }  # fmt: skip

    def column(self, salt: int, people: People) -> Composable:
        """The value of this field for customer `c`; NULL where it is empty."""
        value = _SPREADS[self.kind](self, salt, people)
        return SQL("CASE WHEN {} >= {} THEN {} END").format(chance(salt), Literal(self.empty / 100), value)


def chance(salt: int) -> Composable:
    """A number from 0 up to 1 that differs by customer and `salt`."""
    return SQL("((hashint8extended(c.id, {}) & 1048575)::float8 / 1048576)").format(Literal(salt))


def _array(values: Sequence[Any], kind: str) -> Composable:
    return SQL("ARRAY[{}]::{}[]").format(SQL(", ").join(map(Literal, values)), SQL(kind))


def _one_of(values: Sequence[Any], kind: str, place: Composable) -> Composable:
    """The value at `place`, from 1 on."""
    return SQL("({})[{}]").format(_array(values, kind), place)


def _choice(shape: Shape, salt: int, people: People) -> Composable:
    total = sum(weight for *_names, weight in shape.among)
    bounds = [upto / total for upto in accumulate(weight for *_names, weight in shape.among)][:-1]
    place = SQL("width_bucket({}, {}) + 1").format(chance(salt + 1), _array(bounds, "float8"))
    return _one_of([value for value, *_rest in shape.among], "text", place)


def _choices(shape: Shape, salt: int, people: People) -> Composable:
    found = [
        SQL("CASE WHEN {} < {} THEN {} END").format(chance(salt + n), Literal(share / 100), Literal(value))
        for n, (value, _zh, _en, share) in enumerate(shape.among, 1)
    ]
    chosen = SQL("array_remove(ARRAY[{}], NULL)").format(SQL(", ").join(found))
    return SQL("to_jsonb(nullif({}, ARRAY[]::text[]))").format(chosen)


def _spread(shape: Shape, salt: int) -> Composable:
    """From `low` to `high`, most of them small, as sizes are."""
    return SQL("({} * power({}, power({}, 1.6)))").format(
        Literal(shape.low), Literal(shape.high / shape.low), chance(salt + 1)
    )


def _whole(shape: Shape, salt: int, people: People) -> Composable:
    return SQL("round({})::bigint").format(_spread(shape, salt))


def _number(shape: Shape, salt: int, people: People) -> Composable:
    places = Literal(shape.more.get("places", 2))
    return SQL("trim_scale(round({}::numeric, {}))::text").format(_spread(shape, salt), places)


def _money(shape: Shape, salt: int, people: People) -> Composable:
    return SQL("(round({} / 500)::bigint * 500)::text").format(_spread(shape, salt))


def _day(shape: Shape, salt: int, people: People) -> Composable:
    """From `low` to `high` days after today; negative ones are past."""
    days = SQL("floor({} + {} * {})::int").format(Literal(shape.low), Literal(shape.high - shape.low), chance(salt + 1))
    return SQL("({}::date + {})::text").format(Literal(people.today.isoformat()), days)


def _yes_or_no(shape: Shape, salt: int, people: People) -> Composable:
    return SQL("{} < {}").format(chance(salt + 1), Literal(shape.high / 100))


def _member(shape: Shape, salt: int, people: People) -> Composable:
    place = SQL("1 + floor(power({}, 1.5) * {})::int").format(chance(salt + 1), Literal(len(people.members)))
    return _one_of(people.members, "bigint", place)


def _record(shape: Shape, salt: int, people: People) -> Composable:
    """One of the first customers, who trade with the others; not with themselves."""
    place = SQL("1 + floor(power({}, 2) * cardinality(d.ids))::int").format(chance(salt + 1))
    return SQL("nullif((d.ids)[{}], c.id)").format(place)


def _text(shape: Shape, salt: int, people: People) -> Composable:
    parts = [
        _one_of(words, "text", SQL("1 + floor(power({}, 1.4) * {})::int").format(chance(salt + n), Literal(len(words))))
        for n, words in enumerate(shape.words, 1)
    ]
    return SQL(" || ").join(parts)


def _phone(shape: Shape, salt: int, people: People) -> Composable:
    """In the block of numbers that nobody has."""
    return SQL("'+86512555' || lpad(floor({} * 100000)::int::text, 5, '0')").format(chance(salt + 1))


def _email(shape: Shape, salt: int, people: People) -> Composable:
    return SQL("'fapiao' || c.id || '@kehu.example'")


_SPREADS: dict[FieldKind, Any] = {
    FieldKind.CHOICE: _choice, FieldKind.CHOICES: _choices, FieldKind.INTEGER: _whole, FieldKind.DECIMAL: _number,
    FieldKind.MONEY: _money, FieldKind.DATE: _day, FieldKind.BOOLEAN: _yes_or_no, FieldKind.MEMBER: _member,
    FieldKind.REFERENCE: _record, FieldKind.TEXT: _text, FieldKind.LONGTEXT: _text, FieldKind.PHONE: _phone,
    FieldKind.EMAIL: _email,
}  # fmt: skip

SHAPES: tuple[Shape, ...] = (
    Shape("scale", FieldKind.CHOICE, "企业规模", "Company size", 12, (
        ("micro", "微型", "Micro", 31), ("small", "小型", "Small", 42), ("medium", "中型", "Medium", 21),
        ("large", "大型", "Large", 6),
    )),
    Shape("purchase", FieldKind.MONEY, "年采购额", "Purchases a year", 22, low=8_000, high=60_000_000),
    Shape("contract", FieldKind.DATE, "框架合同到期", "Contract ends", 38, low=-420, high=760),
    Shape("staff", FieldKind.DECIMAL, "员工人数", "Employees", 18, low=3, high=9_000, more={"places": 0, "unit": "人"}),
    Shape("interests", FieldKind.CHOICES, "关注的产品", "Interested in", 15, (
        ("servo", "伺服", "Servo drives", 44), ("inverter", "变频器", "Inverters", 31), ("gear", "减速机", "Gears", 22),
        ("sensor", "传感器", "Sensors", 37), ("vision", "视觉", "Vision", 12), ("gripper", "夹爪", "Grippers", 9),
        ("module", "直线模组", "Linear modules", 18), ("plc", "控制器", "Controllers", 27),
    )),
    Shape("audited", FieldKind.BOOLEAN, "已验厂", "Audited", 25, high=34),
    Shape("engineer", FieldKind.MEMBER, "服务工程师", "Service engineer", 30),
    Shape("dealer", FieldKind.REFERENCE, "供货经销商", "Dealer", 40, more={"target": "customer"}),
    Shape("equipment", FieldKind.TEXT, "主要设备", "Main machines", 28, words=(
        ("海天", "发那科", "沈阳机床", "大族", "埃斯顿", "力劲", "德玛吉", "马扎克", "津上", "兄弟", "哈斯", "精雕"),
        ("注塑机", "加工中心", "激光切割机", "数控车床", "压铸机", "折弯机", "磨床", "机械臂"),
        ("", " 2 台", " 3 台", " 5 台", " 8 台", " 12 台", " 20 台"),
    )),
    Shape("monthly", FieldKind.FORMULA, "月均采购额", "Purchases a month", more={
        "formula": "ROUND([extra.purchase] / 12, 0)", "places": 0, "unit": "元",
    }),
    Shape("sector", FieldKind.CHOICE, "细分行业", "Sector", 14, (
        ("auto", "汽车零部件", "Car parts", 19), ("3c", "3C 电子", "Electronics", 16), ("mold", "模具", "Moulds", 13),
        ("battery", "锂电", "Batteries", 11), ("pack", "包装机械", "Packaging", 10), ("solar", "光伏", "Solar", 8),
        ("food", "食品机械", "Food machines", 7), ("textile", "纺织机械", "Textile machines", 5),
        ("medical", "医疗器械", "Medical devices", 4), ("semi", "半导体", "Semiconductors", 3),
        ("logistics", "物流装备", "Logistics", 3), ("rest", "其他", "Other", 1),
    )),
    Shape("terms", FieldKind.CHOICE, "付款方式", "Payment", 20, (
        ("cash", "款到发货", "In advance", 38), ("days30", "月结 30 天", "30 days", 29),
        ("days60", "月结 60 天", "60 days", 18), ("days90", "月结 90 天", "90 days", 6), ("bill", "承兑", "Bill", 9),
    )),
    Shape("systems", FieldKind.CHOICES, "在用系统", "Systems in use", 35, (
        ("erp", "ERP", "ERP", 58), ("mes", "MES", "MES", 24), ("wms", "WMS", "WMS", 19), ("plm", "PLM", "PLM", 9),
        ("oa", "OA", "OA", 47),
    )),
    Shape("machines", FieldKind.INTEGER, "设备台数", "Machines", 26, low=1, high=1_200),
    Shape("floor", FieldKind.DECIMAL, "厂房面积", "Floor space", 33, low=120, high=86_000, more={
        "places": 1, "unit": "㎡",
    }),
    Shape("founded", FieldKind.DATE, "成立日期", "Founded", 10, low=-13_000, high=-400),
    Shape("tender", FieldKind.BOOLEAN, "需要招标", "Buys by tender", 17, high=12),
    Shape("hotline", FieldKind.PHONE, "设备科电话", "Workshop phone", 36),
    Shape("invoices", FieldKind.EMAIL, "收票邮箱", "Mailbox for invoices", 24),
    Shape("delivery", FieldKind.LONGTEXT, "交货要求", "On delivery", 40, words=(
        ("送货前一天打电话，", "只收周一到周五，", "货车限高 3.8 米，", "要进门证，", "周末也能收，", "先发提单照片，"),
        ("卸货找仓库王师傅。", "自带叉车。", "箱子贴物料号。", "随货附检验报告。", "不收拆零。", "签收单一式三份。"),
    )),
)  # fmt: skip
MOST = len(SHAPES)
# Between the salts of two fields there is room for each choice of the longest list.
STEP = 32


def columns(shapes: Sequence[Shape], people: People) -> Iterator[tuple[str, Composable]]:
    """(key, expression) of every field that holds something of its own; a formula does not."""
    for number, shape in enumerate(shapes, 1):
        if shape.kind in _SPREADS:
            yield shape.key, shape.column(number * STEP, people)


__all__ = ["MOST", "SHAPES", "People", "Shape", "columns"]
