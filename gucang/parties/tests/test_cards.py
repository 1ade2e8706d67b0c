"""Invented business cards, as the lines and boxes that a reader gives: which field each line becomes."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import pytest

from gucang.parties.cards.fields import Card, read
from gucang.parties.cards.lines import Line, from_reader


def lines(*rows: str) -> list[Line]:
    """Rows from top to bottom; “||” parts two boxes of a row, “#60” at the end is a row's height in pixels."""
    found, y = [], 40.0
    for row in rows:
        text, _mark, size = row.partition(" #")
        height = float(size or 28)
        x = 60.0
        for part in text.split("||"):
            width = len(part) * height * 0.8
            found.append(Line(part.strip(), x, y, width, height))
            x += width + 40
        y += height * 1.6
    return found


CARDS: dict[str, tuple[list[Line], dict[str, str]]] = {
    "plain": (
        lines(
            "苏州恒力精密机械有限公司 #44", "林志远||销售总监 #60", "手机：139 0013 9000", "电话：0512-6588 1234",
            "邮箱：lin.zhiyuan@hengli-jm.com", "地址：江苏省苏州市工业园区太湖路88号", "www.hengli-jm.com",
        ),
        {
            "name": "林志远", "title": "销售总监", "company": "苏州恒力精密机械有限公司", "mobile": "139 0013 9000",
            "phone": "0512-6588 1234", "email": "lin.zhiyuan@hengli-jm.com", "website": "www.hengli-jm.com",
            "address": "江苏省苏州市工业园区太湖路88号",
        },
    ),
    "labels in boxes of their own": (
        lines(
            "王 磊 #56", "采购经理", "无锡华东重工集团有限公司", "手机||13812345678", "传真||0510-88886666",
            "电话||0510-88887777", "E-mail||wanglei@hdzg.cn", "地址||无锡市新吴区长江路 18 号 3 栋",
        ),
        {
            "name": "王磊", "title": "采购经理", "company": "无锡华东重工集团有限公司", "mobile": "13812345678",
            "phone": "0510-88887777", "email": "wanglei@hdzg.cn", "address": "无锡市新吴区长江路 18 号 3 栋",
        },
    ),
    "name and title in one line": (
        lines("陈晓燕 副总经理 #50", "常州天马减速机厂", "M: 13706119988", "T: 0519-85551234", "F: 0519-85551235"),
        {
            "name": "陈晓燕", "title": "副总经理", "company": "常州天马减速机厂", "mobile": "13706119988",
            "phone": "0519-85551234",
        },
    ),
    "glued name and title": (
        lines("上海谷雨自动化科技有限公司", "赵国强总经理 #48", "13901234567"),
        {"name": "赵国强", "title": "总经理", "company": "上海谷雨自动化科技有限公司", "mobile": "13901234567"},
    ),
    "compound surname": (
        lines("欧阳娜娜 #50", "市场部主管", "宁波海曙塑机股份有限公司", "手机 15967890123", "ouyang@hsplas.com.cn"),
        {
            "name": "欧阳娜娜", "title": "市场部主管", "company": "宁波海曙塑机股份有限公司", "mobile": "15967890123",
            "email": "ouyang@hsplas.com.cn",
        },
    ),
    "both languages": (
        lines(
            "青岛蓝海制冷设备有限公司", "QINGDAO LANHAI REFRIGERATION CO., LTD.", "孙丽||Sun Li #48",
            "区域经理||Regional Manager", "Mobile: +86 138 6420 1234", "Tel: +86-532-8388 1234",
            "Add: 山东省青岛市黄岛区前湾港路579号", "Web: www.lanhai.cn  E-mail: sunli@lanhai.cn",
        ),
        {
            "name": "孙丽", "title": "区域经理", "company": "青岛蓝海制冷设备有限公司", "mobile": "+86 138 6420 1234",
            "phone": "+86-532-8388 1234", "address": "山东省青岛市黄岛区前湾港路579号", "website": "www.lanhai.cn",
            "email": "sunli@lanhai.cn",
        },
    ),
    "english only": (
        lines(
            "Bergmann Antriebstechnik GmbH #40", "Thomas Keller #52", "Head of Purchasing",
            "Phone +49 711 1234567", "Mobile +49 171 1234567", "t.keller@bergmann-antriebe.de",
            "www.bergmann-antriebe.de",
        ),
        {
            "name": "Thomas Keller", "title": "Head of Purchasing", "company": "Bergmann Antriebstechnik GmbH",
            "phone": "+49 711 1234567", "mobile": "+49 171 1234567", "email": "t.keller@bergmann-antriebe.de",
            "website": "www.bergmann-antriebe.de",
        },
    ),
    "english with a chinese address": (
        lines(
            "Emily Zhang #50", "Sales Manager", "Shenzhen Brightway Electronics Co., Ltd.", "Cell: 18676543210",
            "Email: emily@brightway-el.com", "Add: Room 1203, Building A, No. 18 Keji South Road,",
            "Nanshan District, Shenzhen, China",
        ),
        {
            "name": "Emily Zhang", "title": "Sales Manager", "company": "Shenzhen Brightway Electronics Co., Ltd.",
            "mobile": "18676543210", "email": "emily@brightway-el.com",
            "address": "Room 1203, Building A, No. 18 Keji South Road, Nanshan District, Shenzhen, China",
        },
    ),
    "hong kong": (
        lines(
            "香港金龍貿易有限公司", "陳志明 #50", "董事總經理", "電話：+852 2345 6789", "手機：+852 9123 4567",
            "傳真：+852 2345 6780", "地址：香港九龍觀塘道388號創紀之城1期12樓", "chan@kamlung.com.hk",
        ),
        {
            "name": "陳志明", "title": "董事總經理", "company": "香港金龍貿易有限公司", "phone": "+852 2345 6789",
            "mobile": "+852 9123 4567", "email": "chan@kamlung.com.hk",
            "address": "香港九龍觀塘道388號創紀之城1期12樓",
        },
    ),
    "address on two lines": (
        lines(
            "佛山市顺德区永盛家电配件有限公司", "何静 #48", "业务员", "13590123456",
            "地址：广东省佛山市顺德区容桂街道", "红旗中路 22 号永盛大厦 6 楼", "电话：0757-28881234",
        ),
        {
            "name": "何静", "title": "业务员", "company": "佛山市顺德区永盛家电配件有限公司", "mobile": "13590123456",
            "phone": "0757-28881234",
            "address": "广东省佛山市顺德区容桂街道红旗中路 22 号永盛大厦 6 楼",
        },
    ),
    "address without a label and with a postcode": (
        lines("杜鹏 #50", "总工程师", "西安航宇精铸厂", "029-88881111", "西安市雁塔区科技路 33 号 邮编：710065"),
        {
            "name": "杜鹏", "title": "总工程师", "company": "西安航宇精铸厂", "phone": "029-88881111",
            "address": "西安市雁塔区科技路 33 号",
        },
    ),
    "fax is no phone": (
        lines("江苏金穗农机有限公司", "周文 #50", "传真：0512-11112222", "手机：13611112222"),
        {"name": "周文", "company": "江苏金穗农机有限公司", "mobile": "13611112222"},
    ),
    "tel and fax in one line": (
        lines("宏远五金制品厂", "刘洋 #50", "厂长", "电话：0574-87654321  传真：0574-87654322  手机：13780001111"),
        {
            "name": "刘洋", "title": "厂长", "company": "宏远五金制品厂", "phone": "0574-87654321",
            "mobile": "13780001111",
        },
    ),
    "a mobile under 电话": (
        lines("马超 #50", "老板", "超越机电经营部", "电话：13512340000"),
        {"name": "马超", "title": "老板", "company": "超越机电经营部", "mobile": "13512340000"},
    ),
    "two mobiles": (
        lines("吴敏 #50", "合伙人", "上海明德律师事务所", "13800001111 / 13900002222"),
        {
            "name": "吴敏", "title": "合伙人", "company": "上海明德律师事务所", "mobile": "13800001111",
            "phone": "13900002222",
        },
    ),
    "full-width signs": (
        lines("郑凯　 #50", "技术总监", "鹭岛软件有限公司", "手机：１３６００００１２３４", "邮箱：ｚｋ＠ludao．com"),
        {
            "name": "郑凯", "title": "技术总监", "company": "鹭岛软件有限公司", "mobile": "13600001234",
            "email": "zk@ludao.com",
        },
    ),
    "spaces that the reader puts in": (
        lines("许 可 欣 #50", "客户经理", "蓉城包装有限公司", "E-mail: xukexin @ rcbz. com", "手 机: 177 0028 1234"),
        {
            "name": "许可欣", "title": "客户经理", "company": "蓉城包装有限公司", "email": "xukexin@rcbz.com",
            "mobile": "177 0028 1234",
        },
    ),
    "wechat of its own": (
        lines("唐心 #50", "设计师", "木石设计工作室", "微信：tangxin_design", "手机：18800001234"),
        {
            "name": "唐心", "title": "设计师", "company": "木石设计工作室", "wechat": "tangxin_design",
            "mobile": "18800001234",
        },
    ),
    "wechat is the mobile": (
        lines("蒋涛 #50", "销售经理", "南通通海电缆有限公司", "手机/微信：13962901234"),
        {"name": "蒋涛", "title": "销售经理", "company": "南通通海电缆有限公司", "mobile": "13962901234"},
    ),
    "extension": (
        lines("沈怡 #50", "采购主管", "嘉欣丝绸有限公司", "电话：0573-82081234 转 8012"),
        {
            "name": "沈怡", "title": "采购主管", "company": "嘉欣丝绸有限公司", "phone": "0573-82081234 转 8012",
        },
    ),
    "toll-free line": (
        lines("山东泰山起重机械有限公司", "鲁大勇 #50", "区域销售", "热线：400-618-8888", "手机：15553801234"),
        {
            "name": "鲁大勇", "title": "区域销售", "company": "山东泰山起重机械有限公司", "phone": "400-618-8888",
            "mobile": "15553801234",
        },
    ),
    "taiwan": (
        lines(
            "台達精密股份有限公司", "林淑芬 #50", "業務經理", "電話：+886-2-2345-6789", "行動電話：+886 912 345 678",
        ),
        {
            "name": "林淑芬", "title": "業務經理", "company": "台達精密股份有限公司", "phone": "+886-2-2345-6789",
            "mobile": "+886 912 345 678",
        },
    ),
    "a slogan and a trademark": (
        lines(
            "质量第一  客户至上", "浙江双环传动机械股份有限公司 #40", "田野 #56", "销售代表", "13957612345",
            "Quality First, Service Best",
        ),
        {"name": "田野", "title": "销售代表", "company": "浙江双环传动机械股份有限公司", "mobile": "13957612345"},
    ),
    "professor": (
        lines("东南大学 #44", "机械工程学院", "陆建平||教授 #50", "lujp@seu-example.edu.cn", "025-83791234"),
        {
            "name": "陆建平", "title": "教授", "company": "东南大学", "email": "lujp@seu-example.edu.cn",
            "phone": "025-83791234",
        },
    ),
    "only a name and a number": (lines("何强 #60", "13312345678"), {"name": "何强", "mobile": "13312345678"}),
    "a woman with a courtesy": (
        lines("韩梅 女士 #50", "会计", "大连远洋渔业集团有限公司", "0411-82651234"),
        {
            "name": "韩梅", "title": "会计", "company": "大连远洋渔业集团有限公司", "phone": "0411-82651234",
        },
    ),
    "labelled fields": (
        lines("单位：合肥科大讯飞示例有限公司", "姓名：单雄", "职务：项目经理", "手机：13605512345"),
        {"name": "单雄", "title": "项目经理", "company": "合肥科大讯飞示例有限公司", "mobile": "13605512345"},
    ),
    "american": (
        lines(
            "ACME Robotics, Inc. #40", "Sarah O'Connor #50", "Vice President", "Office: +1 (415) 555-2671",
            "sarah@acme-robotics.example.com", "500 Howard Street, Suite 300, San Francisco, CA 94105, USA",
        ),
        {
            "name": "Sarah O'Connor", "title": "Vice President", "company": "ACME Robotics, Inc.",
            "phone": "+1 (415) 555-2671", "email": "sarah@acme-robotics.example.com",
            "address": "500 Howard Street, Suite 300, San Francisco, CA 94105, USA",
        },
    ),
    "nothing but a logo": (lines("SK", "∞"), {}),
    "an empty photo": ([], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_a_card_becomes_these_fields_and_no_others(name: str) -> None:
    found, wanted = CARDS[name]
    blank: dict[str, Any] = {field.name: "" for field in fields(Card)}
    assert asdict(read(found)) == blank | wanted


@pytest.mark.parametrize("name", CARDS)
def test_the_order_in_which_the_reader_found_the_lines_does_not_matter(name: str) -> None:
    found, _wanted = CARDS[name]
    assert read(found[::-1]) == read(found)


def test_what_no_card_says_raises_nothing() -> None:
    odd = ["@", "+", "0" * 300, "公司", "www.", "：：：", "1" * 11, "\u202e\ufeff", "a" * 5000, "電話電話電話：1"]
    assert read(lines(*odd)) is not None
    assert read([Line(text) for text in odd]) is not None


def test_lines_come_as_the_reader_writes_them() -> None:
    assert from_reader([["何强", 1, 2, 30, 40], ["  ", 0, 0, 1, 1]]) == [Line("何强", 1, 2, 30, 40)]
