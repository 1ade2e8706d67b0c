"""What of a name tells a company from others."""

from __future__ import annotations

import pytest

from gucang.parties.names import likeness, name_core


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("苏州恒力精密机械有限公司", "恒力精密机械"),
        ("恒力精密机械（苏州）有限公司", "恒力精密机械"),
        ("浙江省义乌市小商品集团股份有限公司", "小商品"),
        ("上海谷仓", "谷仓"),
        ("上海", "上海"),
        ("有限公司", "有限公司"),
        ("Acme Co., Ltd.", "acme"),
        ("ＡＢＢ机器人", "abb机器人"),
        ("", ""),
    ],
)
def test_the_core_is_what_is_left_without_place_and_legal_form(name: str, core: str) -> None:
    assert name_core(name) == core


def test_the_same_company_written_differently_is_nearly_the_same() -> None:
    assert likeness("苏州恒力精密机械有限公司", "恒力精密机械") == 1.0
    assert likeness("恒力机械", "苏州恒力精密机械有限公司") >= 0.6
    assert likeness("恒力机械", "苏州东山精密制造股份有限公司") < 0.6
