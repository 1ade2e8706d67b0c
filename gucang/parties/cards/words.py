"""The words by which the parts of a business card are told from each other, in simplified, traditional and English."""

from __future__ import annotations

import re

_I = re.IGNORECASE
_MOBILE = r"手\s?机|手\s?機|移动电话|行动电话|行動電話|流動電話|mobile|mob|cell(?:phone)?|m\.?p|m|h/p|hp"
_PHONE = r"办公电话|电\s?话|電\s?話|座\s?机|直\s?线|總機|总\s?机|热线|熱線|telephone|tel|phone|direct|office|t|p|d|o"
_FAX = r"传\s?真|傳\s?真|facsimile|fax|f"
_WECHAT = r"微信号?|微\s?訊|wechat|weixin|vx|wx"
_OTHER = r"qq|邮\s?编|郵\s?編|postcode|zip(?: code)?|p\.?c|税号|帐号|账号|account"
_EMAIL = r"电子邮[箱件]|邮\s?箱|電\s?郵|電子郵[箱件]|e-?\s?mail|mail|e"
_SITE = r"网\s?址|网\s?站|網\s?址|官网|web\s?site|website|web|http|url|w"
_ADDRESS = r"公司地址|地\s?址|厂\s?址|住址|address|addr|add|a"
_NAME = r"姓\s?名|name"
_TITLE = r"职\s?[务位]|職\s?[務位]|title|position"
_COMPANY = r"公司名称|单位名称|单\s?位|company"
_EVERY = "|".join((_MOBILE, _PHONE, _FAX, _WECHAT, _OTHER, _EMAIL, _SITE, _ADDRESS, _NAME, _TITLE, _COMPANY))

BARE_LABEL = re.compile(rf"(?:{_EVERY})\s*[:.]?", _I)
# What ends right before a value: "Tel: ", "手机/微信：", "M ".
LABEL_BEFORE = re.compile(rf"(?<![a-z])(?:{_EVERY})(?:\s*[/&、]\s*(?:{_EVERY}))*\s*[:.．]?\s*[(+]?\s*$", _I)
WECHAT = re.compile(rf"(?<![a-z])(?:{_WECHAT})\s*[:.]\s*(?!\+?\d{{11}})", _I)
ADDRESS_LABEL = re.compile(rf"(?:{_ADDRESS})\s*[:.]\s*", _I)
NAME_LABEL = re.compile(rf"(?:{_NAME})\s*[:.]\s*", _I)
TITLE_LABEL = re.compile(rf"(?:{_TITLE})\s*[:.]\s*", _I)
COMPANY_LABEL = re.compile(rf"(?:{_COMPANY})\s*[:.]\s*", _I)
POSTCODE = re.compile(rf"[(\s]*(?:{_OTHER})\s*[:.]?\s*\d{{5,6}}\)?", _I)
_KINDS = [("mobile", _MOBILE), ("fax", _FAX), ("phone", _PHONE), ("other", _OTHER), ("mobile", _WECHAT)]


def kind_of(label: str) -> str:
    """What number a label announces: "mobile", "phone", "fax", "other"; "" for a label that announces none."""
    first = re.split(r"[/&、]", label)[0]
    plain = re.sub(r"[\s:.．(+]", "", first).lower()
    for kind, words in _KINDS:
        if re.fullmatch(words, plain, _I):
            return kind
    return ""


_PLACE = re.compile(
    r"省|市|自治区|[\u3400-\u9fff]区|县|縣|镇|鎮|乡|村|大道|[路街巷弄]|號|号|栋|幢|座|[楼樓]|层|室|园区|園區|大厦|大廈|"
    r"广场|产业园|科技园"
)
_PLACE_EN = re.compile(
    r"\b(?:road|rd|street|st|avenue|ave|lane|building|bldg|tower|floor|fl|room|rm|district|dist|park|plaza|zone|"
    r"province|city|no|unit|suite|block|shanghai|beijing|suzhou|shenzhen|guangzhou|china|p\.?r\.?c|hong kong|germany|"
    r"usa|uk|kowloon|jiangsu|zhejiang|guangdong)\b",
    _I,
)


def address_likeness(text: str) -> int:
    """How many marks of an address a line carries; 2 make one."""
    bare = ADDRESS_LABEL.sub("", text)
    label = 3 if len(bare) < len(text) and len(bare) > 3 else 0
    marks = len(_PLACE.findall(bare)) + len(set(_PLACE_EN.findall(bare))) + bool(re.search(r"\d", bare))
    if is_company(text) and not re.search(r"\d", bare):
        return 0
    return label + marks


_COMPANY_WORDS = re.compile(
    r"有限公司|有限责任公司|股份公司|公司|集团|集團|[^\s]厂$|[^\s]廠$|研究院|研究所|设计院|事务所|事務所|医院|大学|学院|银行|商行|经营部|"
    r"工作室|合作社|协会|协進會|中心$|商会|門市部|门市部|商贸$|贸易$"
)
_COMPANY_EN = re.compile(
    r"\b(?:co\.?,?\s*\.?ltd|ltd|limited|inc|llc|l\.l\.c|corp|corporation|gmbh|ag|s\.?a\.?s?|b\.?v|plc|company|group|"
    r"holdings?|technolog(?:y|ies)|industr(?:y|ies)|machinery|university|institute|bank)\b\.?",
    _I,
)
_DEPARTMENT = re.compile(r"(?:部|处|科|中心|事业部)$")


def is_company(text: str) -> bool:
    """Whether a line names an organisation."""
    return company_likeness(text) > 0


def company_likeness(text: str) -> int:
    """3 for a legal form in Chinese, 2 for another Chinese organisation, 1 for an English one, 0 for none."""
    bare = ADDRESS_LABEL.sub("", text)
    if TITLE.search(bare) and not re.search(r"公司$|集团$|集團$", bare):
        return 0
    if "有限公司" in bare or "有限责任公司" in bare:
        return 3
    if _COMPANY_WORDS.search(bare) and not re.search(r"\d+(?:号|號|室)", bare):
        return 2
    return 1 if _COMPANY_EN.search(bare) and not re.search(r"\d{3,}|\broad\b|\bfloor\b", bare, _I) else 0


_ROLES = (
    "总经理|副总经理|经理|總經理|經理|总监|總監|副总裁|总裁|總裁|董事长|董事長|董事|主任|总工程师|工程师|工程師|主管|顾问|顧問|代表|助理|专员|專員|"
    "厂长|部长|科长|处长|会计|采购员|采购|销售员|业务员|总工|秘书|教授|院长|律师|设计师|建筑师|店长|老板|创始人|合伙人|区域销售|业务主管|副总|"
    "技术员|客服|业务代表|跟单|策划|讲师|医生|执行官|负责人|所长|主席|会长|書記|书记|站长|队长"
)
_BEFORE = (
    "副|销售|銷售|技术|技術|市场|市場|采购|業務|业务|财务|区域|大区|产品|项目|高级|首席|客户|运营|行政|人事|常务|执行|生产|质量|品质|研发|"
    "华东|华南|华北|部"
)
KNOWN_TITLE = re.compile(rf"(?:{_BEFORE})*(?:{_ROLES})")
TITLE = re.compile(
    rf"(?:{_ROLES})(?!公司|部$|事[务務])|\b(?:manager|director|engineer|president|chairman|ceo|cto|cfo|coo|founder|partner|"
    r"representative|executive|assistant|consultant|secretary|supervisor|officer|vp|vice president|head of|head|lead|"
    r"specialist|buyer|sales|purchaser|designer|architect|professor|lawyer|accountant|owner)\b",
    _I,
)
SLOGAN = re.compile(r"\b(?:quality|service|first|innovation|solution|solutions|future|better|since|your|our)\b", _I)

# The surnames of nearly everybody; the compound ones are in kernel.text.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江"
    "尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴莫孔向汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍成苗谷"
    "盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房滕屈饶解牟艾尤时阳穆农司车涂瞿厉解卓仇娄卜佘应原计明季谈闵边宗邬占官苑植席仲迟莫储古宫巫隋丛楚於荣褚窦占桑冼岑"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮蕭蔣餘葉蘇呂盧鍾薑譚陸範賈鄒龍賀顧龔萬錢戴湯溫龐顏莊聶魯歐關蘭寧紀單駱藍華饒農車涂"
)
