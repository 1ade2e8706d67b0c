"""What follows what in an outside log: counted as one would by hand, and drawn on its model."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from gucang.kernel import jobs
from gucang.kernel.scope import company_scope, deriving
from gucang.processes import ways
from gucang.processes.actions import models
from gucang.processes.mining.trees import parse_tree
from gucang.processes.models import LogFile, OutsideLog
from gucang.processes.tests.test_logs import TREE, bring_in, case, media, page, signed_in
from gucang.processes.ways import Way

__all__ = ["media", "signed_in"]


def of_the_log() -> list[Way]:
    return ways.of(LogFile.objects.get())


def test_ways_are_counted_with_both_ends_and_the_time_on_the_clock(acme: Any, signed_in: Client) -> None:
    bring_in(signed_in)
    jobs.drain()
    with company_scope(acme):
        assert set(of_the_log()) == {
            Way("", "登记", 3), Way("登记", "审核", 2, 60, 60), Way("审核", "出货", 2, 60, 60), Way("出货", "", 2),
            Way("登记", "出货", 1, 60, 60), Way("出货", "审核", 1, 60, 60), Way("审核", "", 1),
        }  # fmt: skip


def test_random_logs_are_counted_as_by_hand(acme: Any, signed_in: Client) -> None:
    chance, wanted = random.Random(7), Counter[tuple[str, str]]()
    traces = []
    for number in range(60):
        steps = [chance.choice("甲乙丙丁") for _ in range(chance.randrange(1, 9))]
        wanted.update(zip(["", *steps], [*steps, ""], strict=True))
        traces.append(case(f"c{number}", *((step, "Ann") for step in steps)))
    bring_in(signed_in, f'<log xes.version="1849-2016">{"".join(traces)}</log>'.encode())
    jobs.drain()
    with company_scope(acme):
        assert {(one.before, one.after): one.count for one in of_the_log()} == wanted


def test_what_a_classifier_leaves_out_is_no_step_and_time_never_runs_back(acme: Any, signed_in: Client) -> None:
    def told(name: str, hour: int, life: str) -> str:
        return (
            f'<event><string key="concept:name" value="{name}"/><string key="lifecycle:transition" value="{life}"/>'
            f'<date key="time:timestamp" value="2026-11-23T{hour:02}:00:00+08:00"/></event>'
        )

    events = told("登记", 9, "complete") + told("审核", 9, "start") + told("审核", 17, "complete")
    events += told("出货", 16, "complete")
    text = f'<log><trace><string key="concept:name" value="A"/>{events}</trace></log>'
    bring_in(signed_in, text.encode(), activity="complete")
    jobs.drain()
    with company_scope(acme):
        found = {(one.before, one.after): one.half for one in of_the_log()}
        assert found == {
            ("", "登记"): None, ("登记", "审核"): 8 * ways.HOUR, ("审核", "出货"): 0, ("出货", ""): None,
        }  # fmt: skip


def test_the_page_draws_them_on_the_model_once_it_is_compared(acme: Any, adam: Any, signed_in: Client) -> None:
    url = bring_in(signed_in)
    jobs.drain()
    before = page(signed_in, url)
    assert '<td data-label="从">登记</td>' in before
    assert "process-box" not in before
    assert "git-fork" not in before.partition("前后步骤")[2].partition("</table>")[0]
    with company_scope(acme):
        model = models.create(actor=adam, values={"name": "标准流程", "definition": TREE}).record
    signed_in.post(f"{url}/compare", {"model": model.pk})
    jobs.drain()
    shown = page(signed_in, url)
    assert "process-box" in shown
    rows = shown.partition("前后步骤")[2].partition("</table>")[0]
    assert rows.count("git-fork") == 3, "出货 before 审核, past it, and 审核 as the end"
    with company_scope(acme):
        models.edit(model.pk, actor=adam, values={"definition": "->( '登记', '出货' )"})
    assert "process-box" not in page(signed_in, url), "it was compared with another text"


def test_a_log_from_before_is_counted_when_it_is_compared(acme: Any, adam: Any, signed_in: Client) -> None:
    url = bring_in(signed_in)
    jobs.drain()
    with company_scope(acme):
        with deriving("processes"):
            LogFile.objects.update(ways=None)
        model = models.create(actor=adam, values={"name": "标准流程", "definition": TREE}).record
    assert page(signed_in, url), "a page without them"
    signed_in.post(f"{url}/compare", {"model": model.pk})
    jobs.drain()
    with company_scope(acme):
        assert len(of_the_log()) == 7
        assert OutsideLog.objects.get().judged


def test_a_drawing_names_every_way_beside_the_model() -> None:
    found = [Way("", "A", 5), Way("A", "B", 4, 7200, 90_000), Way("B", "A", 2, 60, 60), Way("X", "A", 1, 0, 0)]
    drawing = ways.drawn(found, parse_tree("->( 'A', 'B' )"), title="Log")
    assert "B → A: 2" in drawing
    assert "X → A" not in drawing, "what names a step that the model does not have is in the table alone"
    rows = ways.table(found, parse_tree("->( 'A', 'B' )"))
    assert [one["deviates"] for one in rows] == [False, False, True, True]
    assert [one["deviates"] for one in ways.table(found, None)] == [False] * 4


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 分"),
        (59 * 60, "59 分"),
        (3600, "1 小时"),
        (5400, "1.5 小时"),
        (2 * 86_400, "2 天"),
        (90 * 86_400, "90 天"),
    ],
)
def test_elapsed_time_is_told_in_few_signs(seconds: int, said: str) -> None:
    assert ways.elapsed(seconds) == said
