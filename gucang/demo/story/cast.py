"""Who works at the demo company, and what is set up there before the first customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password

from gucang.accounts.actions import departments, members
from gucang.accounts.models import Department, Member, Role, User
from gucang.demo.story.world import World
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.messages import actions as messages
from gucang.messages import kinds

PASSWORD = "gucang-demo-2026"  # noqa: S105  printed at every start; the demo company holds invented data only
DOMAIN = "demo.gucang.example"

EAST = frozenset({"31", "32", "33", "34", "37"})
SOUTH = frozenset({"35", "36", "42", "43", "44", "45", "46"})


@dataclass(frozen=True)
class Part:
    """One person of the cast: `user` and `boss` are first halves of e-mails, `days` since when they are here."""

    user: str
    name: str
    position: str
    department: str
    role: str
    boss: str = ""
    days: int = 396
    leads: bool = False
    status: str = "active"


DEPARTMENTS = (
    ("总经办", ""), ("销售中心", ""), ("华东销售部", "销售中心"), ("华南销售部", "销售中心"), ("客服部", ""),
    ("财务部", ""), ("仓库", ""),
)  # fmt: skip

CAST = (
    Part("admin", "方圆", "系统管理员", "总经办", "administrator"),
    Part("li.guodong", "李国栋", "总经理", "总经办", "executive", leads=True),
    Part("zhou.min", "周敏", "销售总监", "销售中心", "sales_manager", "li.guodong", leads=True),
    Part("wang.lei", "王磊", "销售经理", "华东销售部", "sales_manager", "zhou.min", leads=True),
    Part("huang.zhiqiang", "黄志强", "销售经理", "华南销售部", "sales_manager", "zhou.min", leads=True),
    Part("li.xiangdong", "李向东", "销售工程师", "华东销售部", "salesperson", "wang.lei"),
    Part("he.jing", "何静", "高级销售工程师", "华东销售部", "salesperson", "wang.lei"),
    Part("wu.qian", "吴倩", "销售工程师", "华东销售部", "salesperson", "wang.lei"),
    Part("chen.siyuan", "陈思远", "高级销售工程师", "华南销售部", "salesperson", "huang.zhiqiang"),
    Part("lin.xiaotong", "林晓彤", "销售工程师", "华南销售部", "salesperson", "huang.zhiqiang"),
    Part(
        "zhou.zihan", "周子涵", "销售助理", "华南销售部", "salesperson", "huang.zhiqiang", days=24, status="probation"
    ),
    Part("chen.yu", "陈雨", "客服专员", "客服部", "service", "li.guodong", leads=True),
    Part("zhao.min", "赵敏", "会计", "财务部", "finance", "li.guodong", leads=True),
    Part("liu.yang", "刘洋", "仓库主管", "仓库", "warehouse", "li.guodong", leads=True),
    Part("sun.weiguo", "孙卫国", "稽核", "总经办", "auditor", "li.guodong"),
)  # fmt: skip

EASTERN = ("li.xiangdong", "he.jing", "wu.qian")
SOUTHERN = ("chen.siyuan", "lin.xiaotong")
SELLERS = EASTERN + SOUTHERN
LEAVER = "wu.qian"
LEAVES_DAYS_AGO = 130
STAYING = tuple(user for user in SELLERS if user != LEAVER)
MANAGER_OF = {part.user: part.boss for part in CAST}


def hire_everybody(world: World) -> None:
    """Make departments and the people who are there from the beginning; the others come on their day."""
    made: dict[str, Department] = {}
    for name, above in DEPARTMENTS:
        made[name] = departments.create(actor=system(), name=name, parent=made.get(above)).record
    password = make_password(PASSWORD)
    for part in CAST:
        if part.days >= (world.today - world.first_day).days:
            hire(world, part, made, password)
        else:
            moment = world.moment(world.today - timedelta(days=part.days), 9)
            world.once(moment, lambda part=part: hire(world, part, made, password))  # type: ignore[misc]


def hire(world: World, part: Part, made: dict[str, Department], password: str) -> Member:
    """One person comes: a member with a role, a way to sign in, and no e-mails, for nobody reads them."""
    joined_on = clock.today() - timedelta(days=0 if part.days < 100 else world.chance.randint(300, 2200))
    values = {
        "name": part.name, "position": part.position, "email": f"{part.user}@{DOMAIN}", "joined_on": joined_on,
        "department": made[part.department], "manager": world.members.get(part.boss), "status": part.status,
    }  # fmt: skip
    member = members.create(actor=system(), values=values).record
    role = Role.objects.get(key=part.role)
    member = members.set_roles(member, actor=system(), roles=[role]).record
    user = sign_in_for(part, password)
    member = members.join(member, actor=system(), user=user.pk).record
    if part.leads:
        department = Department.objects.get(pk=made[part.department].pk)
        departments.edit(department, actor=system(), head=member)
    messages.create_setting(actor=member, values={"mail_off": [kind.name for kind in kinds.every() if kind.mail]})
    world.members[part.user] = member
    return member


def sign_in_for(part: Part, password: str) -> User:
    """The person who signs in; all have one password, so its slow hash is made once."""
    user = User.objects.create_user(f"{part.user}@{DOMAIN}", name=part.name)
    user.password = password
    user.save(update_fields=["password"])
    return user


def log_ins() -> list[str]:
    """The lines for the console: who one can sign in as, and with which password."""
    shown = [part for part in CAST if part.user != LEAVER]
    wide = max(len(part.user) for part in shown) + len(DOMAIN) + 1
    lines = [f"  {f'{part.user}@{DOMAIN}':<{wide}}  {part.name} {part.position}" for part in shown]
    practice = "有些人也在演练公司 (/yanlian/)，登录时选一家。Some work in the practice company too; choose at sign-in."
    return [f"谷仓演示公司 (/demo/)  密码 Password: {PASSWORD}", *lines, practice]
