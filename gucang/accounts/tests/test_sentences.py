"""What a role means, word for word in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from gucang.accounts import comparison
from gucang.accounts.actions import roles
from gucang.accounts.models import Member, Role
from gucang.accounts.sentences import sentences
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.surface import timeline

OWN_PHONE = {"customer.phone": {"inside": "write", "within": "own", "beyond": "masked"}}
SEES_ALL = {"customer.view": "company", "customer.edit": "own"}


def said(record: str, grants: dict[str, str], rules: dict[str, dict[str, str]], language: str) -> str:
    with override(language):
        return next(one.text for one in sentences(grants, rules) if one.record == record)


@pytest.mark.parametrize(
    ("grants", "rules", "chinese", "english"),
    [
        (
            {},
            {},
            "看不到客户。",
            "Does not see customers.",
        ),
        (
            SEES_ALL,
            OWN_PHONE,
            "能看到全公司的客户；只能改自己的；不能删；别人客户的电话只显示一部分。",
            "Sees the customers of the whole company; can edit only own ones; cannot delete them; "
            "phone of others' customers: shown only in part.",
        ),
        (
            {"customer.view": "tree", "customer.create": "tree", "customer.edit": "tree", "customer.delete": "own",
             "customer.assign": "department", "customer.share": "tree"},
            {},
            "能看到本部门及下级的客户；也能看到共享给自己的；能新建；能改；只能删自己的；对本部门的还能：转交；还能：加协作人。",
            "Sees the customers of the own department and those below; sees what is shared with it; adds new ones; "
            "can edit them; can delete only own ones; with those of the own department also: Assign; also: Share.",
        ),
    ],
)  # fmt: skip
def test_a_role_is_said_in_both_languages(
    scope: Any, grants: dict[str, str], rules: dict[str, dict[str, str]], chinese: str, english: str
) -> None:
    assert said("customer", grants, rules, "zh-hans") == chinese
    assert said("customer", grants, rules, "en") == english


def test_fields_with_one_rule_share_a_clause_and_everything_about_a_record_is_its_verbs(scope: Any) -> None:
    hidden, read = {"inside": "hidden"}, {"inside": "read", "within": "own", "beyond": "write"}
    rules = {"customer.phone": hidden, "customer.email": hidden, "customer.name": read}
    text = said("customer", {"customer.*": "department"}, rules, "zh-hans")
    assert text.startswith("能看到本部门的客户；也能看到共享给自己的；能看到公海并从中认领；能新建；能改、删；还能：")
    assert text.endswith("自己客户的名称只能看、不能改；所有客户的电话、邮箱看不到。")


def test_of_an_amount_no_part_can_be_shown_so_masking_is_called_hiding(scope: Any) -> None:
    rules = {"opportunity.amount": {"inside": "write", "within": "own", "beyond": "masked"}}
    text = said("opportunity", {"opportunity.view": "company"}, rules, "zh-hans")
    assert text == "能看到全公司的商机；不能改、删；别人商机的金额看不到。"


def test_what_is_written_about_records_is_seen_with_them(scope: Any) -> None:
    grants = {"follow_up.view": "company", "follow_up.create": "company", "follow_up.edit": "own"}
    assert said("follow_up", grants, {}, "zh-hans") == "能看到所见记录上的跟进；能新建；只能改自己的；不能删。"


def test_special_rights_have_sentences_of_their_own(scope: Any) -> None:
    grants = {"customer.view": "own", "customer.export": "own", "member.create": "company", "member.edit": "tree",
              "company.edit": "own"}  # fmt: skip
    with override("zh-hans"):
        special = {one.title: one.text for one in sentences(grants, {}) if not one.record}
    assert special == {
        "导入导出": "能导出看得到的：客户；不能导入。",
        "设置": "公司：编辑；成员：新建；成员：编辑（本部门及下级）。",
    }


def test_an_administrator_needs_one_sentence(scope: Any) -> None:
    with override("en"):
        assert [one.text for one in sentences({"*": "company"}, {})] == ["May do everything in the whole company."]


# Two roles side by side


def test_only_the_differences_are_told_those_of_one_kind_together(scope: Any) -> None:
    sales, manager = (Role(name=name) for name in ("业务员", "经理"))
    sales.grants = {"customer.view": "own", "customer.edit": "own", "customer.create": "own", "task.view": "own"}
    manager.grants = {"customer.view": "tree", "customer.edit": "tree", "customer.create": "tree", "task.view": "own"}
    manager.grants["customer.export"] = "tree"
    sales.field_rules = OWN_PHONE
    with override("zh-hans"):
        compared = comparison.compare(sales, manager)
        told = comparison.sentences(compared, sales, manager)
    assert told == [
        "客户的“查看、编辑”：业务员是“自己的”，经理是“本部门及下级”。",
        "客户的“导出”：业务员是“无”，经理是“有”。",
        "客户的“电话”：业务员是“自己的：可看可改，其余：显示一部分”，经理是“可看可改”。",
    ]
    customers = compared[0]
    assert [pair.label for pair in customers.differing] == ["查看", "编辑", "导出", "电话"]
    assert len(customers.pairs) > len(customers.differing)


def test_a_role_and_itself_do_not_differ(scope: Any) -> None:
    role = Role.objects.get(key="salesperson")
    assert comparison.sentences(comparison.compare(role, role), role, role) == []


# What was changed


def test_a_changed_right_is_told_in_words(scope: Any, act: Any, adam: Member) -> None:
    role = roles.create(actor=adam, name="门店").record
    role = roles.set_rights(role, actor=adam, grants="customer.view own\ncustomer.edit own").record
    event: Event = act(
        roles.set_rights, role, by=adam, grants="customer.view company\ncustomer.edit company",
        field_rules="customer.phone write own masked",
    ).event  # fmt: skip
    with override("zh-hans"):
        changes = timeline._TELLERS["role"](event)
    assert [(one.label, one.old, one.new) for one in changes] == [
        ("客户：编辑、查看", "自己的", "全公司"),
        ("客户：电话", "可看可改", "自己的：可看可改，其余：显示一部分"),
    ]


def test_the_roles_page_says_who_changed_what(client: Any, acme: Any, adam: Member, login: Any) -> None:
    with company_scope(acme):
        role = roles.create(actor=adam, name="门店").record
        roles.set_rights(role, actor=adam, grants="customer.view company")
    page = login(client, adam).get(f"/acme/roles/{role.pk}/set_rights").content.decode()
    assert "客户：查看：无" in page.replace("<del>", "").replace("</del>", "")
    assert "customer.view&#34;: &#34;" not in page  # in words, not as it is kept
