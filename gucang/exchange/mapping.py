"""From a file's columns to fields: by name, label in either language, usual words, or a close spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gucang.kernel import lines, permissions
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType

# What a column can mean besides a field: when the record was made, and its number in the system it comes from.
MADE_AT = "@at"
OLD_NUMBER = "@key"
EXTRA_TARGETS: dict[str, Any] = {MADE_AT: _("made on"), OLD_NUMBER: _("number in the old system")}
# Before the name of a field of a document's lines: "line.quantity".
LINE = "line."
CLOSE = 0.86

# How people head their columns, besides our own labels. Folded as `fold` does.
USUAL: dict[str, tuple[str, ...]] = {
    "name": (
        "客户名称",
        "公司名称",
        "企业名称",
        "单位名称",
        "全称",
        "姓名",
        "company",
        "companyname",
        "account",
        "fullname",
    ),
    "short_name": ("简称", "公司简称", "shortname"),
    "phone": ("联系电话", "电话号码", "座机", "手机", "手机号", "手机号码", "联系手机", "tel", "telephone"),
    "mobile": ("手机号", "手机号码", "联系手机", "cell", "mobilephone"),
    "email": ("邮箱", "电子邮件", "邮件", "mail", "emailaddress"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "税号", "taxid"),
    "owner": ("负责人", "业务员", "销售", "客户经理", "salesrep", "salesagent", "ownername", "accountowner"),
    "customer": ("客户", "客户名称", "公司名称", "account", "company"),
    "address": ("详细地址", "通讯地址", "地址"),
    "website": ("网址", "网站", "url", "homepage"),
    "industry": ("行业", "所属行业", "sector"),
    "parent": ("上级客户", "母公司", "subsidiaryof", "parentaccount"),
    "note": ("备注", "说明", "remark", "remarks", "comment", "comments", "description", "notes"),
    "tags": ("标签", "labels", "tag"),
    "amount": ("金额", "预计金额", "value", "closevalue", "dealvalue"),
    "stage": ("阶段", "dealstage", "销售阶段"),
    "closed_on": ("成交日期", "结单日期", "closedate", "closeddate"),
    MADE_AT: ("创建时间", "创建日期", "建档日期", "录入时间", "createdat", "createdon", "createddate", "engagedate"),
    "order": ("订单号", "订单编号", "销售订单", "ordernumber", "orderno", "orderid"),
    "number": ("订单号", "订单编号", "单号", "单据编号", "ordernumber", "orderno", "orderid"),
    "ordered_on": ("订单日期", "下单日期", "orderdate"),
    "line.product": ("产品编码", "产品编号", "货品", "物料", "物料编码", "品名", "商品", "productid", "sku", "item"),
    "line.quantity": ("数量", "qty"),
    "line.unit": ("单位",),
    "line.price": ("单价", "未税单价", "unitprice"),
    "line.discount": ("折扣", "折扣率", "discount"),
    "line.tax_rate": ("税率", "taxrate", "vat"),
    "what": ("承诺内容", "承诺事项", "承诺", "内容", "promise"),
    "worth": ("金额", "承诺金额", "amount"),
    "until": ("期限", "兑现期限", "承诺日期", "截止日期", "到期日", "duedate", "deadline"),
    "promised_by": ("业务员", "答应的人", "经办人"),
    "booked_at": ("入账日期", "记账日期"),
    "booked_ref": ("入账单号", "凭证号", "单据号", "voucher"),
    "settled_at": ("结束日期", "兑现日期", "完成日期"),
    OLD_NUMBER: ("编号", "旧编号", "原编号", "客户编号", "id", "externalid", "recordid"),
}


def fold(text: str) -> str:
    """A header without case, width, spaces and marks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def targets(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """The fields that `actor` may fill by an import: those of the form, the company's own, and kept history."""
    also = record_type.exchange.also if record_type.exchange else ()
    history = {name: replace(record_type.specs[name], required=False) for name in also}
    found = record_type.form_specs() | history
    return {n: s for n, s in found.items() if permissions.access(actor, record_type, n) == Access.WRITE}


def with_lines(record_type: RecordType, specs: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """These fields, and those of each line where the lines may be filled: then a row of the file is a line."""
    if record_type.lines is None or lines.NAME not in specs:
        return dict(specs)
    return dict(specs) | {f"{LINE}{name}": spec for name, spec in record_type.lines.specs.items()}


def number_of(record_type: RecordType, fields: Iterable[str]) -> str:
    """Which of these fields tells the rows of one document: the type's own number, or that of the old system."""
    known = set(fields)
    return next((name for name in (*_keys(record_type), OLD_NUMBER) if name in known), "")


def _label(name: str, spec: FieldSpec) -> str:
    return _t("line: %(field)s") % {"field": spec.label} if name.startswith(LINE) else str(spec.label)


def choices(record_type: RecordType, actor: Actor) -> list[tuple[str, str]]:
    """What a column can be mapped to, as (value, words) for a select."""
    specs = with_lines(record_type, targets(record_type, actor))
    fields = [(name, _label(name, spec)) for name, spec in specs.items()]
    return fields + [(name, str(label)) for name, label in EXTRA_TARGETS.items()]


def header(record_type: RecordType, actor: Actor) -> list[str]:
    """The columns of an empty file for this type, needed ones first; a document's lines one by one, not in one cell."""
    specs = with_lines(record_type, targets(record_type, actor))
    keys = [name for name in _keys(record_type) if name in specs]
    names = sorted((name for name in specs if name != lines.NAME), key=lambda name: not specs[name].required)
    found = [_label(name, specs[name]) for name in dict.fromkeys([*keys, *names])]
    return [*found, str(EXTRA_TARGETS[MADE_AT])]


def suggest(columns: Sequence[str], record_type: RecordType, actor: Actor) -> dict[str, str]:
    """{column: field} for every column whose meaning its header tells; no field is given twice."""
    known = _words(record_type, with_lines(record_type, targets(record_type, actor)))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for close in (False, True):
        for column in columns:
            word = fold(column)
            if column in found or not word:
                continue
            near = get_close_matches(word, known, n=1, cutoff=CLOSE) if close and len(word) > 2 else [word]
            for field in known.get(near[0], ()) if near else ():
                if field not in taken:
                    found[column] = field
                    taken.add(field)
                    break
    return {column: found[column] for column in columns if column in found}


def _words(record_type: RecordType, specs: Mapping[str, FieldSpec]) -> dict[str, list[str]]:
    """The folded words that mean a field, its own name and labels first."""
    found: dict[str, list[str]] = {}

    def learn(word: str, field: str) -> None:
        fields = found.setdefault(fold(word), [])
        if field not in fields:
            fields.append(field)

    for field in specs:
        learn(field.removeprefix("extra.").removeprefix(LINE), field)
    for language, _name in settings.LANGUAGES:
        with override(language):
            customs = {spec.name: spec for spec in record_type.custom_fields()}
            for field, spec in specs.items():
                learn(str(customs.get(field, spec).label), field)
            for field, label in EXTRA_TARGETS.items():
                learn(str(label), field)
    for field, words in USUAL.items():
        if field in specs or field in EXTRA_TARGETS:
            for word in words:
                learn(word, field)
    return found


def checked(raw: Mapping[str, Any], columns: Iterable[str], record_type: RecordType, actor: Actor) -> dict[str, str]:
    """A mapping as a person chose it, held against the columns and fields that exist. Raises Invalid."""
    allowed = dict(choices(record_type, actor))
    known = set(columns)
    found: dict[str, str] = {}
    for column, field in raw.items():
        if not field:
            continue
        if column not in known or field not in allowed:
            raise Invalid({"mapping": [_t("There is no column or field “%(name)s” here.") % {"name": str(field)[:60]}]})
        if field in found.values():
            raise Invalid(
                {"mapping": [_t("Two columns would fill “%(field)s”. Leave one out.") % {"field": allowed[field]}]}
            )
        found[column] = field
    missing = [
        str(spec.label)
        for name, spec in targets(record_type, actor).items()
        if spec.required and name not in found.values() and spec.default in (None, "")
    ]
    if missing:
        raise Invalid({"mapping": [_t("Say which column holds: %(fields)s.") % {"fields": "、".join(missing)}]})
    _check_lines(found, record_type)
    return found


def _check_lines(found: Mapping[str, str], record_type: RecordType) -> None:
    """Refuse a file whose rows are lines of documents that nobody could tell apart, or are no whole lines."""
    fields = set(found.values())
    if record_type.lines is None or not any(field.startswith(LINE) for field in fields):
        return
    if lines.NAME in fields:
        raise Invalid({"mapping": [_t("A row is one line, or all lines stand in one cell. Leave one of them out.")]})
    if not number_of(record_type, fields):
        raise Invalid({"mapping": [_t("Say which column tells the rows of one document: its number.")]})
    specs = record_type.lines.specs
    needed = [str(specs[name].label) for name in ("product", "quantity") if name in specs]
    if any(name in specs and f"{LINE}{name}" not in fields for name in ("product", "quantity")):
        raise Invalid({"mapping": [_t("Say which column holds: %(fields)s.") % {"fields": "、".join(needed)}]})


def match_choices(record_type: RecordType, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """By what a record can be found again, given what the file has; "" is by the whole row."""
    found = [("", _t("the whole row"))]
    for name in ("name", *_keys(record_type)):
        if name in mapping.values() and all(name != known for known, _words in found):
            found.append((name, str(record_type.spec(name).label)))
    return found


def usual_match(record_type: RecordType, mapping: Mapping[str, str]) -> str:
    """The field that finds a record again unless a person says otherwise: the declared key, else what is unique.

    Never a name: two private persons may share one, and the second must not overwrite the first in silence.
    """
    return next((name for name in _keys(record_type) if name in mapping.values()), "")


def _keys(record_type: RecordType) -> list[str]:
    from django.db.models import UniqueConstraint

    keys = [record_type.exchange.key] if record_type.exchange else []
    for rule in record_type.model._meta.constraints:
        if isinstance(rule, UniqueConstraint):
            fields = [name for name in rule.fields if name not in ("company", "id")]
            if len(fields) == 1 and fields[0] not in keys:
                keys += fields
    return [name for name in keys if name in record_type.specs]
