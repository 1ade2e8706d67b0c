"""Every action and every event has words, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone, translation

from gucang.kernel import actions, records
from gucang.kernel.actions import Action
from gucang.kernel.actions.core import every
from gucang.kernel.models import Event
from gucang.surface import timeline

ACTIONS = every()
HAN = re.compile(r"[\u4e00-\u9fff]")
of_every_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda one: one.name)


def in_both(text: Any) -> tuple[str, str]:
    with translation.override("zh-hans"):
        chinese = str(text)
    with translation.override("en"):
        return chinese, str(text)


@of_every_action
def test_every_action_and_each_of_its_fields_has_a_label_in_both_languages(action: Action) -> None:
    # What only the program does has an event that people read, but no form that they fill in.
    alone = action.allow is not None and action.allow.__name__ == "is_the_system"
    fields = [] if alone or action.verb not in action.type.verbs else action.params
    for what in (action.label, *(spec.label for spec in fields)):
        chinese, english = in_both(what)
        assert HAN.search(chinese), (action.name, chinese)
        assert english, action.name
        assert not HAN.search(english), (action.name, english)


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.tone == "danger"], ids=lambda one: one.name)
def test_what_is_red_says_what_it_will_do_before_it_is_done(action: Action) -> None:
    chinese, english = in_both(action.says)
    assert HAN.search(chinese), (action.name, chinese)
    assert english, action.name
    assert not HAN.search(english), (action.name, english)
    assert set(re.findall(r"%\(\w+\)s", chinese + english)) <= {"%(record)s"}


@of_every_action
@pytest.mark.parametrize("version", [1, 2])
def test_every_event_says_what_was_done_in_both_languages(action: Action, version: int) -> None:
    now = timezone.now()
    event = Event(
        name=action.name, subject_type=action.record_name, subject_id=1, subject_version=version,
        occurred_at=now, recorded_at=now, changes={}, facts={},
    )  # fmt: skip
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language], icon = timeline._verb(records.get(event.subject_type), event)
            assert icon
    assert HAN.search(said["zh-hans"]), said
    assert not HAN.search(said["en"]), said
    assert said["en"] != action.name


def test_a_record_type_and_each_of_its_fields_has_a_name_in_both_languages() -> None:
    same = []
    for record_type in records.every():
        specs = [record_type.specs[name] for name in {*record_type.form.fields, *record_type.columns}]
        for what in (record_type.label, record_type.label_plural, *(spec.label for spec in specs)):
            chinese, english = in_both(what)
            if not HAN.search(chinese) or HAN.search(english):
                same.append((record_type.name, chinese, english))
    assert same == []


def test_there_are_actions_of_every_record_type() -> None:
    assert {one.record_name for one in ACTIONS} >= {one.name for one in records.every() if one.verbs}
    assert actions.get("customer.claim") in ACTIONS
