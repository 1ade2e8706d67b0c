"""A field that a role may not see is on no page, in no answer to a filter, and found by no search."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from gucang.kernel import records
from gucang.kernel.actions import get
from gucang.kernel.actors import system
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from tests.contracts.test_forms import answered, filled, full
from tests.contracts.world import Pages, text_of

__all__ = ["filled", "full"]


def restricted(world: Pages, rule: str, names: list[str], record_type: RecordType) -> Client:
    """Carol's browser, with a role that sees the whole company but for these fields. The scope must not be entered."""
    with company_scope(world.company):
        role = get("role.create")(actor=system(), values={"name": f"看不全 {rule}"}).record
        wanted = "\n".join(f"{record_type.name}.{verb} company" for verb in ("view", "edit", "create", "export"))
        fields = "\n".join(f"{record_type.name}.{name} {rule}" for name in names)
        role = get("role.set_rights")(role, actor=system(), grants=wanted, field_rules=fields).record
        get("member.set_roles")(world.people["carol"], actor=system(), roles=[role.pk])
    return world.browser("carol")


SECRET = "13912349876"
SECRETS = {"phone": SECRET, "name": "绝密名称甲", "note": "绝密备注乙", "email": "jue.mi@acme.test"}


@pytest.mark.parametrize("rule", ["hidden", "masked"])
@pytest.mark.parametrize("plural", ["customers", "contacts", "leads"])
def test_a_field_out_of_sight_is_on_no_page_and_found_by_no_search(full: Pages, plural: str, rule: str) -> None:
    record_type = records.by_plural(plural)
    assert record_type is not None
    assert record_type.create is not None
    assert record_type.edit is not None
    # A masked note hides only the numbers in it.
    left = {"name"} if rule == "hidden" else {"name", "note"}
    values = {name: value for name, value in SECRETS.items() if name in record_type.form.fields and name not in left}
    with company_scope(full.company):
        record = record_type.create(actor=full.people["adam"], values=full.body(record_type.create) | values).record
        record_type.edit(record.pk, actor=full.people["adam"], values={"phone": "13912349877"})
        record_type.edit(record.pk, actor=full.people["adam"], values={"phone": SECRET})
    browser = restricted(full, rule, list(values), record_type)
    base, link = f"/acme/{plural}", f"/acme/{plural}/{record.pk}"
    columns = "&".join(f"columns={name}" for name in values)
    pages = [f"{base}/?{columns}", link, f"{link}?peek=1", f"{link}/edit", f"{link}/timeline"]
    pages += [f"{link}/cell/{name}" for name in values]
    for page in pages:
        silent(answered(browser.get(page), page), values, page)
    assert link in text_of(browser.get(f"{base}/")), "the record itself is to be seen"
    for name, value in values.items():
        assert link not in text_of(browser.get(f"/acme/search?q={value}")), (name, "search")
        assert link not in text_of(browser.get(f"{base}/?q={value}")), (name, "search in the list")
        silent(browser.get(f"{base}/options?q={value}"), {}, name)
        everything, filtered = browser.get(f"{base}/"), browser.get(f"{base}/?{name}={value}")
        assert rows(filtered) == rows(everything), f"{name} answers to a filter"
        for order in (name, f"-{name}"):
            assert rows(browser.get(f"{base}/?sort={order}")) == rows(everything), f"{name} sorts"
        assert f"sort={name}" not in text_of(everything)
    sent = browser.post(f"{link}/edit", values | {"phone": "13800000000"})
    assert sent.status_code in (302, 422)
    with company_scope(full.company):
        assert record_type.model._base_manager.get(pk=record.pk).phone.endswith("9876"), (
            "what is not seen is not written"
        )
    export = browser.post(f"{base}/export", {"query": ""})
    silent(export, values, "export")


def silent(answer: Any, values: dict[str, str], what: str) -> None:
    said = html.unescape(text_of(answer)).replace(" ", "").replace("-", "")
    for name, value in values.items():
        assert value not in said, (what, name)
    assert "3912349877" not in said, (what, "an earlier value")


def rows(answer: Any) -> list[str]:
    """The records of a list page, in order."""
    return re.findall(r'href="(/acme/[a-z-]+/\d+)"', text_of(answer))
