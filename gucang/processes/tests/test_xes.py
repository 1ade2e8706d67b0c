"""Logs that are cut off, mean or unclear: a sentence that names the place."""

from __future__ import annotations

import gzip
import io

import pytest

from gucang.processes.mining.errors import BadLog, BadModel
from gucang.processes.mining.logs import Checked, Classifier, Header, Trace
from gucang.processes.mining.pnml import read_pnml
from gucang.processes.mining.xes import ABOUT, XesReader, write_xes

TIME = '<date key="time:timestamp" value="2026-11-23T09:00:00+08:00"/>'
NAMED = '<string key="concept:name" value="登记"/>'


def log(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><log xes.version="1849-2016">{inner}</log>'.encode()


def case(name: str, *events: str) -> str:
    inner = "".join(f"<event>{event}</event>" for event in events)
    return f'<trace><string key="concept:name" value="{name}"/>{inner}</trace>'


def read(content: bytes) -> list[Trace]:
    return list(Checked().cases(XesReader(io.BytesIO(content))))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1"),
        (b"\x1f\x8b\x08\x00 rubbish", "damaged|cut off"),
        (gzip.compress(log(case("A1", NAMED + TIME)) * 40)[:-30], "cut off"),
        (gzip.compress(log(case("A1", NAMED + TIME)))[:-4] + b"\0\0\0\0", "damaged"),
        (log(case("A1", NAMED + TIME))[:-9], "line 1"),
        (log("<trace><event></trace>"), "line 1"),
        (b'<!DOCTYPE log [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><log>&b;</log>', "entities"),
        (b'<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "entities"),
        (b"<log>&unknown;</log>", "line 1"),
        (b"<html></html>", "begins with .html"),
        (b'<string key="a" value="b"/>', "begins with .string"),
        (log("<surprise/>"), "no element .surprise"),
        (log('<string value="b"/>'), "has no key"),
        (log(case("A1", NAMED)), "Event 1 of case .A1. has no time"),
        (log(case("A1", NAMED + TIME, TIME)), "Event 2 of case .A1. has no activity"),
        (log(case("A1", NAMED + TIME.replace("2026-11-23", "yesterday"))), "cannot be read: .yesterdayT"),
        (log(case("A1", NAMED + TIME) + case("B2", NAMED + TIME.replace("+08:00", ""))), "case .B2.: some times"),
        (log(case("A1", NAMED + TIME) + case("A1", NAMED + TIME)), "case .A1. stands in the log twice|Case .A1."),
        (log(case("", NAMED + TIME)), "Case 1 has no name"),
        (b'<?xml version="1.0" encoding="utf-8"?><log><string key="\xff" value=""/></log>', "line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(BadLog, match=sentence):
        read(content)


def test_times_in_several_zones_are_no_fault() -> None:
    other = TIME.replace("+08:00", "Z")
    assert len(read(log(case("A1", NAMED + TIME, NAMED + other)))[0].events) == 2


def test_lists_nested_attributes_loose_events_and_odd_characters_survive() -> None:
    attributes = [
        ["list", "items", "", [["string", "item", "a < b & \"c\" 'd'\n\té"], ["int", "item", "1"]]],
        ["string", "key", "v", [["float", "below", "1.5", [["boolean", "deeper", "true"]]], ["id", "i", "7"]]],
        ["container", "held", ""],
    ]
    header = Header(ABOUT, [{"name": "Concept", "prefix": "concept", "uri": "u"}], [("event", [["string", "a", "b"]])])
    header.classifiers.append({"name": "Activity", "keys": "concept:name"})
    header.attributes = attributes
    traces = [Trace(attributes, [attributes, []]), Trace([], [[["string", "x", "y"]]], loose=True), Trace([], [])]
    out = io.StringIO()
    write_xes(out, header, traces)
    again = XesReader(io.BytesIO(out.getvalue().encode()))
    assert list(again) == traces
    assert again.header == header


def test_a_case_of_a_hundred_thousand_events_is_read_while_the_file_is() -> None:
    content = log(case("A1", *[NAMED + TIME] * 100_000))
    found = read(gzip.compress(content))
    assert len(found[0].events) == 100_000


def test_cases_come_one_by_one() -> None:
    class Endless(io.RawIOBase):
        """A log that never ends."""

        def __init__(self) -> None:
            self.sent = 0

        def read(self, size: int = -1) -> bytes:
            self.sent += 1
            head = b"<log>" if self.sent <= 2 else b""
            return head[: size if size == 2 else 9] if size == 2 else head + case(f"A{self.sent}", NAMED).encode() * 9

        def seek(self, *_args: int) -> int:
            self.sent = 0
            return 0

    assert len([trace for trace, _number in zip(XesReader(Endless()), range(1000), strict=False)]) == 1000


def test_activities_are_named_by_the_attributes_chosen() -> None:
    event = [["string", "concept:name", "Queued"], ["string", "lifecycle:transition", "complete"]]
    assert Classifier().of(event) == "Queued"
    assert Classifier(keys=("concept:name", "lifecycle:transition")).of(event) == "Queued+complete"
    assert Classifier(only=(("lifecycle:transition", "start"),)).of(event) is None
    assert Classifier(keys=("org:group",)).of(event) is None


NET = """<pnml><net><page><place id="p"><initialMarking><text>1</text></initialMarking></place><place id="q"/>
<transition id="t"><name><text>登记</text></name></transition>{arcs}</page>{finals}</net></pnml>"""
ARCS = '<arc id="1" source="p" target="t"/><arc id="2" source="t" target="q"/>'


def test_a_net_without_final_marking_ends_where_nothing_goes_on() -> None:
    net = read_pnml(io.BytesIO(NET.format(arcs=ARCS, finals="").encode()))
    assert net.finals == (((1, 1),),)
    assert net.labels == {"登记"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "line 1"),
        ("<svg/>", "begins with .svg"),
        ("<pnml/>", "0 nets"),
        ("<pnml><net/></pnml>", "holds a token"),
        (NET.format(arcs=ARCS.replace('target="t"', 'target="q"'), finals=""), "from .p. to .q."),
        (
            NET.format(
                arcs=ARCS, finals='<finalmarkings><marking><place idref="z"/></marking></finalmarkings>'
            ),
            "place .z.",
        ),
        (NET.format(arcs=ARCS, finals="").replace("<text>1</text>", "<text>many</text>"), "no number of tokens"),
        ('<!DOCTYPE pnml [<!ENTITY a "b">]><pnml>&a;</pnml>', "entities"),
    ],
)  # fmt: skip
def test_what_is_no_net_is_refused_with_its_place(content: str, sentence: str) -> None:
    with pytest.raises(BadModel, match=sentence):
        read_pnml(io.BytesIO(content.encode()))
