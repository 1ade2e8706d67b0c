"""What stands on the papers of the demo company: names that nobody has, and a logo that was drawn here."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from gucang.accounts import logo
from gucang.accounts.actions import companies
from gucang.demo.story.world import World
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id

# The tax number has no valid check digit, the telephone number is of none that is given out.
LETTERHEAD: dict[str, Any] = {
    "legal_name": "苏州谷仓演示自动化设备有限公司", "english_name": "Suzhou Gucang Demo Automation Co., Ltd.",
    "address": "江苏省苏州市工业园区示例路 328 号 B 座 6 层",
    "english_address": "6/F, Building B, 328 Shili Road, Suzhou Industrial Park, Jiangsu", "phone": "0512-0000 1234",
    "tax_number": "91320594MA00000000", "bank": "示例银行苏州园区支行", "account": "0000 1234 5678 9012 345",
    "terms": "1. 价格含 13% 增值税，含到厂运费。\n2. 合同签订后预付 30%，发货前付清。\n"
             "3. 质保期为验收合格之日起 12 个月。\n4. 交期自收到预付款起计算。",
}  # fmt: skip
GREEN, GOLD = "#0b6b50", "#d99a2b"
SIDE, FINER = 320, 4


def set_up(world: World) -> None:
    """The administrator writes the letterhead and uploads the logo."""
    admin = world.actor("admin")
    companies.set_letterhead(Company.objects.get(pk=active_company_id()), actor=admin, **LETTERHEAD)
    companies.set_logo(Company.objects.get(pk=active_company_id()), actor=admin, file=logo.take(drawn()))


def drawn() -> io.BytesIO:
    """A granary: a roof, and three layers of grain below it."""
    unit = SIDE * FINER / 32
    picture = Image.new("RGBA", (SIDE * FINER, SIDE * FINER))
    pen = ImageDraw.Draw(picture)

    def at(*places: float) -> list[float]:
        return [place * unit for place in places]

    pen.polygon(at(16, 1, 31, 12, 1, 12), fill=GREEN)
    for top, fill in ((14, GOLD), (20, GREEN), (26, GREEN)):
        pen.rounded_rectangle(at(4, top, 28, top + 4), radius=2 * unit, fill=fill)
    out = io.BytesIO()
    picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG")
    out.seek(0)
    return out
