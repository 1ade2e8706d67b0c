"""Every term of approval semantics by name: 会签, 或签, 依次, 加签, 转办, 驳回, 撤回, 委托; the rules of a policy."""

from __future__ import annotations

import pytest

from gucang.approvals import flow
from gucang.approvals.definition import AfterReturn, Disabled, Empty, Late, Mode, Same, Twice, label
from gucang.approvals.flow import Origin, State, Why
from gucang.approvals.tests.people import ANN, BEA, CEM, DAI, EVA, EVERYBODY, FAY, MAX, NED, Played, people, policy, why

ALL, ANY, IN_ORDER = Mode.ALL, Mode.ANY, Mode.IN_ORDER


# --- 会签, 或签, 依次 ---


def test_all_of_a_step_have_to_agree() -> None:
    it = Played(policy((ALL, [BEA, CEM])))
    assert it.waiting == [BEA, CEM]
    assert it.agree(CEM).waiting == [BEA]
    assert it.agree(BEA).state is State.AGREED


def test_any_of_a_step_is_enough_and_the_others_are_asked_no_more() -> None:
    it = Played(policy((ANY, [BEA, CEM]))).agree(CEM)
    assert (it.state, it.waiting) == (State.AGREED, [])
    assert it.case.task(0).decision is flow.Decision.CLOSED


def test_in_order_one_is_asked_after_the_other() -> None:
    it = Played(policy((IN_ORDER, [CEM, BEA])))
    assert it.waiting == [CEM]
    assert why(lambda: it.agree(BEA)) is Why.NOT_OPEN
    assert it.agree(CEM).waiting == [BEA]
    assert it.agree(BEA).state is State.AGREED


def test_steps_follow_each_other() -> None:
    it = Played(policy((ALL, [BEA]), (ANY, [CEM, DAI]), (ALL, [FAY])))
    assert it.waiting == [BEA]
    assert it.agree(BEA).waiting == [CEM, DAI]
    assert it.agree(DAI).waiting == [FAY]
    assert it.agree(FAY).state is State.AGREED


def test_nobody_decides_twice_or_out_of_turn() -> None:
    it = Played(policy((ALL, [BEA, CEM]))).agree(BEA)
    assert why(lambda: it.agree(BEA)) is Why.NOT_OPEN
    assert why(lambda: flow.agree(it.case, it.key(CEM), DAI, it.people)) is Why.NOT_YOURS


# --- 加签 ---


def test_signers_before_me_decide_first_by_their_own_mode() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.BEFORE, CEM, DAI, mode=ANY)
    assert it.waiting == [CEM, DAI]
    assert why(lambda: it.agree(BEA)) is Why.NOT_OPEN
    assert it.agree(DAI).waiting == [BEA]
    assert it.agree(BEA).state is State.AGREED


def test_signers_before_me_in_order() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.BEFORE, CEM, DAI, mode=IN_ORDER)
    assert it.waiting == [CEM]
    assert it.agree(CEM).waiting == [DAI]
    assert it.agree(DAI).waiting == [BEA]


def test_signers_after_me_decide_once_i_have_agreed() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.AFTER, CEM, DAI)
    assert it.waiting == [BEA]
    assert it.agree(BEA).waiting == [CEM, DAI]
    assert it.agree(CEM).state is State.WAITING
    assert it.agree(DAI).state is State.AGREED


def test_signers_beside_me_belong_to_the_step_and_its_mode() -> None:
    assert Played(policy((ALL, [BEA]))).add(BEA, Origin.ALONGSIDE, CEM).agree(BEA).waiting == [CEM]
    assert Played(policy((ANY, [BEA]))).add(BEA, Origin.ALONGSIDE, CEM).agree(CEM).state is State.AGREED


def test_added_signers_may_add_signers_three_deep() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.BEFORE, CEM).add(CEM, Origin.BEFORE, DAI).add(
        DAI, Origin.BEFORE, EVA
    )  # fmt: skip
    assert it.waiting == [EVA]
    assert why(lambda: it.add(EVA, Origin.BEFORE, FAY)) is Why.TOO_MANY
    it.agree(EVA, DAI, CEM, BEA)
    assert it.state is State.AGREED


@pytest.mark.parametrize(("who", "reason"), [(ANN, Why.OWN), (NED, Why.NOT_WORKING), (CEM, Why.ALREADY_HERE)])
def test_nobody_is_added_who_asks_has_left_or_is_asked_already(who: int, reason: Why) -> None:
    it = Played(policy((ALL, [BEA, CEM])))
    for how in (Origin.BEFORE, Origin.AFTER, Origin.ALONGSIDE):
        assert why(lambda how=how: it.add(BEA, how, who)) is reason


def test_whoever_any_signs_of_a_group_ends_it_also_where_one_wanted_another_after_themselves() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.BEFORE, CEM, DAI, mode=ANY)
    it.add(CEM, Origin.AFTER, EVA).agree(CEM)
    assert it.waiting == [DAI, EVA]
    assert it.agree(DAI).waiting == [BEA]


# --- 转办 ---


def test_a_task_that_is_passed_on_is_anothers_alone() -> None:
    it = Played(policy((ALL, [BEA]))).transfer(BEA, CEM)
    assert it.waiting == [CEM]
    assert why(lambda: flow.agree(it.case, it.key(CEM), BEA, it.people)) is Why.NOT_YOURS
    assert it.agree(CEM).state is State.AGREED
    assert [(task.member, task.decision.value) for task in it.case.tasks] == [(BEA, "transferred"), (CEM, "agreed")]


@pytest.mark.parametrize(("to", "reason"), [(ANN, Why.OWN), (BEA, Why.ALREADY_HERE), (NED, Why.NOT_WORKING)])
def test_a_task_goes_neither_to_oneself_nor_to_who_asks_nor_to_who_has_left(to: int, reason: Why) -> None:
    it = Played(policy((ALL, [BEA])))
    assert why(lambda: it.transfer(BEA, to)) is reason


def test_signers_after_me_stay_when_i_pass_my_task_on() -> None:
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.AFTER, CEM).transfer(BEA, DAI).agree(DAI)
    assert (it.state, it.waiting) == (State.WAITING, [CEM])


def test_a_place_in_an_order_is_kept_when_its_task_is_passed_on() -> None:
    it = Played(policy((IN_ORDER, [BEA, CEM]))).transfer(BEA, DAI)
    assert it.waiting == [DAI]
    assert it.agree(DAI).waiting == [CEM]


def test_who_may_move_any_task_moves_that_of_somebody_away() -> None:
    it = Played(policy((ALL, [BEA])))
    assert why(lambda: it.transfer(BEA, CEM, by=MAX)) is Why.NOT_YOURS
    assert it.transfer(BEA, CEM, by=MAX, by_right=True).waiting == [CEM]


# --- 驳回 ---


def test_sent_back_to_who_asked_and_through_all_steps_again() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM]))).agree(BEA).back(CEM)
    assert (it.state, it.waiting) == (State.RETURNED, [])
    assert it.again().waiting == [BEA]
    it.agree(BEA, CEM)
    assert it.state is State.AGREED


def test_sent_back_and_straight_to_who_sent_it_back() -> None:
    words = policy((ALL, [BEA]), (ALL, [CEM]), after_return=AfterReturn.STRAIGHT)
    it = Played(words).agree(BEA).back(CEM).again()
    assert it.waiting == [CEM]
    assert it.agree(CEM).state is State.AGREED


def test_what_was_changed_goes_through_all_steps_even_where_it_may_go_straight() -> None:
    words = policy((ALL, [BEA]), (ALL, [CEM]), after_return=AfterReturn.STRAIGHT)
    assert Played(words).agree(BEA).back(CEM).again(changed=True).waiting == [BEA]


def test_sent_back_to_a_step_and_through_those_between() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM]), (ALL, [DAI]))).agree(BEA, CEM).back(DAI, to=0)
    assert it.waiting == [BEA]
    assert it.agree(BEA).waiting == [CEM]
    it.agree(CEM, DAI)
    assert it.state is State.AGREED


def test_sent_back_to_a_step_and_straight_from_there() -> None:
    words = policy((ALL, [BEA]), (ALL, [CEM]), (ALL, [DAI]), after_return=AfterReturn.STRAIGHT)
    it = Played(words).agree(BEA, CEM).back(DAI, to=0).agree(BEA)
    assert it.waiting == [DAI]


def test_it_is_not_sent_back_to_a_step_that_has_not_been() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM])))
    for step in (0, 1, 5):
        assert why(lambda step=step: it.back(BEA, to=step)) is Why.NO_SUCH_STEP


def test_one_who_sends_back_ends_it_for_the_others_of_the_step() -> None:
    it = Played(policy((ALL, [BEA, CEM]))).back(BEA)
    assert why(lambda: it.agree(CEM)) is Why.NOT_OPEN


def test_a_refusal_is_the_end() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM]))).agree(BEA).refuse(CEM)
    assert it.state is State.REFUSED
    assert why(it.again) is Why.NOT_OPEN
    assert why(it.withdraw) is Why.NOT_OPEN


# --- 撤回 ---


def test_who_asked_takes_it_back_while_nobody_after_them_has_agreed() -> None:
    assert Played(policy((ALL, [BEA]))).withdraw().state is State.WITHDRAWN
    assert why(Played(policy((ALL, [BEA]), (ALL, [CEM]))).agree(BEA).withdraw) is Why.ACTED
    assert why(Played(policy((ALL, [BEA, CEM]))).agree(BEA).withdraw) is Why.ACTED
    assert why(Played(policy((ALL, [BEA]))).agree(BEA).withdraw) is Why.NOT_OPEN


def test_passing_on_and_added_signers_who_have_not_agreed_do_not_keep_it_from_being_taken_back() -> None:
    assert Played(policy((ALL, [BEA]))).transfer(BEA, CEM).withdraw().state is State.WITHDRAWN
    it = Played(policy((ALL, [BEA]))).add(BEA, Origin.BEFORE, CEM)
    assert why(it.agree(CEM).withdraw) is Why.ACTED


def test_what_came_back_is_taken_back_whoever_had_agreed() -> None:
    two = policy((ALL, [BEA]), (ALL, [CEM]), after_return=AfterReturn.STRAIGHT)
    assert Played(policy((ALL, [BEA]))).back(BEA).withdraw().state is State.WITHDRAWN
    assert Played(two).agree(BEA).back(CEM).withdraw().state is State.WITHDRAWN
    # Sent again, what was agreed to stands.
    assert why(Played(two).agree(BEA).back(CEM).again().withdraw) is Why.ACTED
    # Of what an earlier step decides anew, nothing is agreed to.
    assert Played(two).agree(BEA).back(CEM, to=0).withdraw().state is State.WITHDRAWN


# --- 委托 ---


def test_a_deputy_decides_in_the_place_of_who_is_away() -> None:
    it = Played(policy((ALL, [BEA])), deputies={BEA: [CEM]}).agree(CEM, instead_of=BEA)
    assert it.state is State.AGREED
    assert (it.case.task(0).member, it.case.task(0).by) == (BEA, CEM)


def test_who_is_away_may_still_decide_themselves() -> None:
    assert Played(policy((ALL, [BEA])), deputies={BEA: [CEM]}).agree(BEA).state is State.AGREED


def test_who_asks_does_not_decide_as_a_deputy() -> None:
    it = Played(policy((ALL, [BEA])), deputies={BEA: [ANN]})
    assert why(lambda: it.agree(ANN, instead_of=BEA)) is Why.OWN


def test_one_person_counts_once_in_a_step_also_as_the_deputy_of_another() -> None:
    it = Played(policy((ALL, [BEA, CEM])), deputies={CEM: [BEA]})
    assert why(lambda: it.agree(BEA, instead_of=CEM)) is Why.TWICE_HERE
    it = Played(policy((ALL, [BEA, CEM])), deputies={BEA: [DAI], CEM: [DAI]}).agree(DAI, instead_of=BEA)
    assert why(lambda: it.agree(DAI, instead_of=CEM)) is Why.TWICE_HERE


def test_a_deputy_neither_passes_on_nor_adds_signers() -> None:
    it = Played(policy((ALL, [BEA])), deputies={BEA: [CEM]})
    assert why(lambda: it.transfer(BEA, DAI, by=CEM)) is Why.DEPUTY
    assert why(lambda: it.add(BEA, Origin.BEFORE, DAI, by=CEM)) is Why.DEPUTY


def test_one_of_a_queue_has_no_deputy_because_the_others_are_there() -> None:
    words = policy((ANY, [BEA, DAI]))
    queue = {0: [flow.Named(BEA, personal=False), flow.Named(DAI, personal=False)]}
    it = Played(words, deputies={BEA: [CEM]}, found=queue)
    assert why(lambda: it.agree(CEM, instead_of=BEA)) is Why.NOT_YOURS


# --- nobody, oneself, twice, gone ---


def test_where_nobody_is_found_an_administrator_decides() -> None:
    assert Played(policy((ALL, [])), found={0: []}).waiting == [MAX]


def test_where_nobody_is_found_a_named_person_decides() -> None:
    assert Played(policy((ALL, []), empty=Empty.PERSON, empty_person=DAI), found={0: []}).waiting == [DAI]


def test_where_nobody_is_found_the_step_passes_if_the_policy_says_so() -> None:
    it = Played(policy((ALL, []), (ALL, [BEA]), empty=Empty.PASS), found={0: [], 1: [flow.Named(BEA)]})
    assert it.waiting == [BEA]
    assert (it.case.task(0).decision, it.case.task(0).why) == (flow.Decision.PASSED, Why.EMPTY)


def test_where_nobody_at_all_could_decide_it_cannot_be_asked_for() -> None:
    words = policy((ALL, [BEA]), (ALL, []))
    assert why(lambda: Played(words, by=MAX, found={0: [flow.Named(BEA)], 1: []})) is Why.NOBODY


def test_who_asks_is_replaced_by_their_superior() -> None:
    assert Played(policy((ALL, [ANN]))).waiting == [BEA]


def test_who_asks_is_left_out() -> None:
    assert Played(policy((ANY, [ANN, CEM]), same=Same.SKIP)).waiting == [CEM]


def test_a_step_of_who_asks_alone_passes_if_they_are_left_out() -> None:
    it = Played(policy((ALL, [ANN]), (ALL, [CEM]), same=Same.SKIP))
    assert (it.waiting, it.case.task(0).why) == ([CEM], Why.SAME)


def test_who_asks_decides_if_the_policy_allows_it() -> None:
    assert Played(policy((ALL, [ANN]), same=Same.ALLOW)).agree(ANN).state is State.AGREED


def test_who_agreed_before_is_not_asked_again() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM]), (ALL, [BEA, DAI]))).agree(BEA, CEM)
    assert it.waiting == [DAI]


def test_who_agreed_just_before_is_not_asked_twice_in_a_row() -> None:
    words = policy((ALL, [BEA]), (ALL, [BEA]), (ALL, [CEM]), (ALL, [BEA]), twice=Twice.CONSECUTIVE)
    it = Played(words).agree(BEA)
    assert it.waiting == [CEM]
    assert it.agree(CEM).waiting == [BEA]


def test_who_agreed_before_is_asked_each_time_if_the_policy_says_so() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [BEA]), twice=Twice.EACH)).agree(BEA)
    assert (it.state, it.waiting) == (State.WAITING, [BEA])


def test_an_agreement_as_a_deputy_does_not_spare_ones_own() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM])), deputies={BEA: [CEM]}).agree(CEM, instead_of=BEA)
    assert it.waiting == [CEM]


def test_an_agreement_before_a_return_does_not_spare_the_next_one() -> None:
    it = Played(policy((ALL, [BEA]), (ALL, [CEM]), (ALL, [BEA, DAI]))).agree(BEA).back(CEM).again()
    assert it.waiting == [BEA]


def test_who_has_left_is_replaced_by_their_superior_an_administrator_or_nobody() -> None:
    assert Played(policy((ALL, [NED]))).waiting == [CEM]
    assert Played(policy((ALL, [NED]), disabled=Disabled.ADMIN)).waiting == [MAX]
    assert Played(policy((ALL, [NED, DAI]), disabled=Disabled.DROP)).waiting == [DAI]


def test_a_superior_who_has_left_is_skipped_and_never_who_asks() -> None:
    words = policy((ALL, [NED]))
    without_cem = people(words, working=EVERYBODY - {CEM})
    assert [task.member for task in flow.open_tasks(flow.begin(words, ANN, without_cem))] == [FAY]
    assert [task.member for task in flow.open_tasks(flow.begin(words, CEM, people(words)))] == [FAY]


def test_a_circle_of_superiors_ends() -> None:
    words = policy((ALL, [NED]))
    known = people(words, superior={NED: BEA, BEA: NED}, working=frozenset({ANN, MAX}))
    assert [task.member for task in flow.open_tasks(flow.begin(words, ANN, known))] == [MAX]


def test_a_step_that_finds_nobody_later_sends_it_back() -> None:
    words = policy((ALL, [BEA]), (ALL, [CEM]), disabled=Disabled.DROP)
    it = Played(words, admins=())
    it.people = people(words, working=EVERYBODY - {CEM}, admins=())
    it.agree(BEA)
    assert (it.state, it.case.why) == (State.RETURNED, Why.NOBODY)


# --- 超时 ---


def test_a_late_step_passes_whole_when_the_clock_lets_it() -> None:
    it = Played(policy((IN_ORDER, [BEA, CEM]), (ALL, [DAI])))
    it.case = flow.pass_late(it.case, it.people)
    assert it.waiting == [DAI]
    assert [task.why for task in it.case.tasks[:2]] == [Why.LATE, Why.LATE]


def test_a_late_request_goes_back_when_the_clock_sends_it() -> None:
    it = Played(policy((ALL, [BEA])))
    it.case = flow.return_late(it.case)
    assert (it.state, it.case.why, it.waiting) == (State.RETURNED, Why.LATE, [])


def test_choices_that_are_spelled_the_same_keep_their_own_words() -> None:
    said = {str(label(one)) for one in (Late.SUPERIOR, Same.SUPERIOR, Empty.ADMIN, Mode.ALL)}
    assert len(said) == 4
