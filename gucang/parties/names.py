"""What of a company's name tells it from others: the core, without place, legal form and brackets."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

# Provinces, and the cities that companies most often carry in front of their name.
_PLACES = (
    *("北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西"),
    *("山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古"),
    *("广西", "西藏", "宁夏", "新疆", "香港", "澳门", "中国", "深圳", "广州", "苏州", "杭州", "南京", "宁波", "无锡"),
    *("常州", "东莞", "佛山", "青岛", "大连", "厦门", "成都", "武汉", "西安", "长沙", "郑州", "济南", "合肥", "福州"),
    *("沈阳", "昆明", "温州", "嘉兴", "绍兴", "金华", "台州", "南通", "扬州", "徐州", "珠海", "中山", "惠州", "昆山"),
)
_PLACE = re.compile(
    rf"^(?:{'|'.join(sorted(_PLACES, key=len, reverse=True))})(?:省|市|自治区|特别行政区)?"
    r"|^[^省市县区]{2,3}(?:省|市|县)"
)
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_FORMS = re.compile(
    r"(?:股份)?有限责任公司$|股份有限公司$|集团有限公司$|有限公司$|集团公司$|分公司$|总公司$|公司$|集团$|股份$|个体工商户$"
    r"|(?:[,\s]+(?:co\.?,?\s*ltd|ltd|inc|llc|gmbh|corp(?:oration)?|limited|company)\.?)$"
)
LEAST = 2
_CHINESE_FORMS = (
    "有限公司", "有限责任公司", "股份有限公司", "股份有限责任公司", "集团有限公司", "集团公司", "公司", "集团", "股份",
)  # fmt: skip
_LATIN_FORMS = ("coltd", "ltd", "inc", "llc", "gmbh", "corp", "corporation", "limited", "company")


def name_core(name: str) -> str:
    """The telling part of a company's name.

    "苏州恒力精密机械有限公司" gives "恒力精密机械", "Acme Co., Ltd." gives "acme".
    Gives at least two characters wherever the name has them, so that it can be searched for.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    core = _stripped(_FORMS, _BRACKETS.sub("", plain).strip())
    core = _stripped(_PLACE, core)
    kept = "".join(char for char in core if char.isalnum() or char == " ").strip()
    return kept if len(kept) >= LEAST else plain


def _stripped(pattern: re.Pattern[str], text: str) -> str:
    while (shorter := pattern.sub("", text, count=1).strip()) != text and len(shorter) >= LEAST:
        text = shorter
    return text


def plain_name(name: str) -> str:
    """A name as it is compared exactly: without spaces, signs and legal form, small letters.

    The place stays, because 苏州恒力 and 常州恒力 are two companies: "苏州恒力 有限公司" gives "苏州恒力".
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return "".join(char for char in _stripped(_FORMS, plain) if char.isalnum())


def spellings(name: str) -> list[str]:
    """The ways in which companies of the same plain name are usually written, for looking them up."""
    return [name, *(name + form for form in (_LATIN_FORMS if name.isascii() else _CHINESE_FORMS))]


def likeness(one: str, other: str) -> float:
    """How alike two names are by their cores, 0 to 1; a core inside the other counts as nearly the same."""
    a, b = name_core(one), name_core(other)
    if a == b:
        return 1.0
    if min(len(a), len(b)) > LEAST and (a in b or b in a):
        return 0.9
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
