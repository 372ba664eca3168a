"""Publishing a match run: each approved pair once, whatever breaks off or happens at the same time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import Any

import pytest

from services.matching.commands import publish_match_run as publishing
from services.matching.commands.decide_proposal import decide_proposal
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format, ProgramState
from services.matching.domain.proposal import ProposalState
from shared.ids import new_id
from shared.messaging import pulse
from shared.messaging.due import DueLoop, DueWork
from shared.messaging.unit_of_work import Transaction
from tests.integration.matching.asking import accept, asked
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import cohort, computed, proposals_of, publish, run_of, speaker
from tests.integration.messaging.conftest import eventually


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@contextmanager
def killed_at_pair(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever publishes dies when it comes to this pair."""
    start, begun = publishing.start_mentorship, []

    def mortal(*given: Any, **named: Any) -> Any:
        begun.append(given)
        if len(begun) == number:
            raise Killed
        return start(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "start_mentorship", mortal)
        with pytest.raises(Killed):
            yield


def started_pairs(association: Association) -> list[tuple[str, str]]:
    return [(each["mentor_id"], each["mentee_id"]) for each in association.messages("mentorship.started.v1")]


def test_publishing_starts_a_mentorship_for_each_approved_pair_and_for_no_other(association: Association) -> None:
    program = association.program()
    cohort(association, program, 3)
    run_id = computed(association, program)
    approved, dismissed, _undecided = proposals_of(association, run_id)
    association.coordinator("PATCH", f"/v1/proposals/{approved['id']}", {"state": "approved"})
    association.coordinator("PATCH", f"/v1/proposals/{dismissed['id']}", {"state": "dismissed"})
    answer = publish(association, run_id)
    assert (answer.status_code, answer.json["state"]) == (200, "published")
    assert (answer.json["published"], answer.json["skipped"]) == (1, [])
    assert started_pairs(association) == [(approved["mentor_id"], approved["mentee_id"])]
    [started] = association.messages("mentorship.started.v1")
    assert (started["origin"], started["match_run_id"]) == ("match_run", run_id)
    [told] = association.messages("match_run.published.v1")
    assert (told["published"], told["skipped"], told["objective"]) == (1, 0, "best_score")
    [published] = proposals_of(association, run_id, "&state=published")
    assert published["mentorship_id"] == started["mentorship_id"]


def test_publishing_again_changes_nothing(association: Association) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = computed(association, program)
    first, second = (publish(association, run_id, approve_all=True) for _ in range(2))
    assert (first.json, first.headers["ETag"]) == (second.json, second.headers["ETag"])
    assert len(started_pairs(association)) == first.json["published"] == 2
    assert len(association.messages("match_run.published.v1")) == 1


def test_the_same_key_gets_the_first_answer(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    path = f"/v1/match-runs/{computed(association, program)}/publish"
    key = {"Idempotency-Key": "once"}
    coordinator = new_id()
    first, again = (
        association.call(coordinator, "POST", path, {"approve_all": True}, roles=("coordinator",), headers=key)
        for _ in range(2)
    )
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(started_pairs(association)) == 1


def test_a_stale_version_is_refused_before_anything_is_published(association: Association) -> None:
    program = association.program()
    cohort(association, program, 1)
    path = f"/v1/match-runs/{computed(association, program)}/publish"
    stale = association.coordinator("POST", path, {"approve_all": True}, headers={"If-Match": '"1"'})
    assert (stale.status_code, started_pairs(association)) == (412, [])


def test_what_became_impossible_is_skipped_and_named(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    rival = speaker(association, program, Role.MENTEE, "something else")
    run_id = computed(association, program)
    left = association.store.enrollments.find_of("acme", program.id, mentees[0], Role.MENTEE)
    assert left is not None
    association.call(mentees[0], "PATCH", f"/v1/enrollments/{left.id}", {"state": "withdrawn"})
    assert accept(association, mentors[1], asked(association, program, rival, mentors[1])[0]).status_code == 200
    answer = publish(association, run_id, approve_all=True)
    assert answer.json["published"] == 1
    assert {each["mentor_id"]: each["reason"] for each in answer.json["skipped"]} == {
        mentors[0]: "not_taking_part",
        mentors[1]: "mentor_full",
    }
    assert sorted(started_pairs(association)) == sorted([(mentors[1], rival), (mentors[2], mentees[2])])
    [told] = association.messages("match_run.published.v1")
    assert (told["published"], told["skipped"]) == (1, 2)


def test_publishing_that_broke_off_goes_on_where_it_was(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 4)
    run_id = computed(association, program)
    with killed_at_pair(3, monkeypatch):
        publish(association, run_id, approve_all=True)
    assert (len(started_pairs(association)), run_of(association, run_id)["state"]) == (2, "ready")
    assert publish(association, run_id).json["published"] == 4
    assert sorted(started_pairs(association)) == sorted(zip(mentors, mentees, strict=True))


def test_published_by_four_at_once_each_pair_starts_once(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 5)
    run_id = computed(association, program)
    answers = at_once([partial(publish, association, run_id, approve_all=True) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json["published"] for answer in answers} == {5}
    assert sorted(started_pairs(association)) == sorted(zip(mentors, mentees, strict=True))
    assert len(association.messages("match_run.published.v1")) == 1


def test_a_seat_goes_to_a_request_or_to_the_run_and_never_to_both(association: Association) -> None:
    program = association.program()
    [mentor], [_] = cohort(association, program, 1)
    run_id = computed(association, program)
    rival = speaker(association, program, Role.MENTEE, "something else")
    [request] = asked(association, program, rival, mentor)
    published, accepted = at_once(
        [partial(publish, association, run_id, approve_all=True), partial(accept, association, mentor, request)]
    )
    assert published.status_code == 200
    assert (published.json["published"], accepted.status_code) in {(1, 409), (0, 200)}
    assert len(started_pairs(association)) == 1
    load = association.store.loads.find_of("acme", program.id, mentor)
    assert load is not None
    assert load.active == 1


@pytest.fixture
def by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one pair is too long to wait for, and a worker's last sign of life counts for a second."""
    monkeypatch.setattr(publishing, "AT_ONCE", 1)
    monkeypatch.setattr(pulse, "LEASE_SECONDS", 1.0)


def publication(association: Association) -> tuple[DueLoop, DueWork]:
    [work] = [each for each in association.service.due if each.name == "match_run_publication"]
    return DueLoop(association.foundation.unit_of_work, (), association.clock), work


@pytest.mark.usefixtures("by_workers")
def test_many_pairs_are_published_by_a_worker(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = computed(association, program)
    answer = publish(association, run_id, approve_all=True)
    assert (answer.status_code, answer.json["state"], answer.json["stage"]) == (202, "ready", "publishing")
    assert answer.headers["Location"] == f"/v1/match-runs/{run_id}"
    assert started_pairs(association) == []
    association.do_due_work()
    run = run_of(association, run_id)
    assert (run["state"], run["stage"], run["published"]) == ("published", "", 3)
    assert sorted(started_pairs(association)) == sorted(zip(mentors, mentees, strict=True))
    association.do_due_work()
    assert len(association.messages("match_run.published.v1")) == 1


@pytest.mark.usefixtures("by_workers")
def test_a_worker_killed_while_it_publishes_is_followed_by_another(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 4)
    run_id = computed(association, program)
    publish(association, run_id, approve_all=True)
    loop, work = publication(association)
    with killed_at_pair(3, monkeypatch):
        loop.step(work)
    assert (len(started_pairs(association)), run_of(association, run_id)["state"]) == (2, "ready")
    assert association.coordinator("POST", f"/v1/match-runs/{run_id}/discard").status_code == 409
    eventually(lambda: loop.step(work))
    assert (run_of(association, run_id)["state"], run_of(association, run_id)["published"]) == ("published", 4)
    assert sorted(started_pairs(association)) == sorted(zip(mentors, mentees, strict=True))
    assert len(association.messages("match_run.published.v1")) == 1


def test_what_a_web_process_left_half_published_a_worker_finishes(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 3)
    run_id = computed(association, program)
    with killed_at_pair(2, monkeypatch):
        publish(association, run_id, approve_all=True)
    association.do_due_work()
    assert run_of(association, run_id)["stage"] == "publishing"  # whoever publishes a few has some time
    association.clock.pass_by(minutes=1)
    association.do_due_work()
    assert run_of(association, run_id)["published"] == 3
    assert sorted(started_pairs(association)) == sorted(zip(mentors, mentees, strict=True))


@pytest.mark.usefixtures("by_workers")
def test_publishing_that_is_not_possible_any_more_stops_and_says_why(association: Association) -> None:
    program = association.program()
    cohort(association, program, 3)
    run_id = computed(association, program)
    assert publish(association, run_id, approve_all=True).status_code == 202
    association.put(program, state=ProgramState.CANCELLED)
    association.do_due_work()
    run = run_of(association, run_id)
    assert (run["state"], run["stage"], run["published"]) == ("ready", "", 0)
    assert "cancelled" in run["failure"]
    assert started_pairs(association) == []
    assert association.coordinator("POST", f"/v1/match-runs/{run_id}/discard").status_code == 200


def test_a_pair_approved_at_the_last_moment_is_published_too(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = computed(association, program)
    first, late = proposals_of(association, run_id)
    association.coordinator("PATCH", f"/v1/proposals/{first['id']}", {"state": "approved"})
    finish = publishing._finish

    def overtaken(*given: Any, **named: Any) -> Any:
        if proposals_of(association, run_id, "&state=proposed"):
            answer = association.coordinator("PATCH", f"/v1/proposals/{late['id']}", {"state": "approved"})
            assert answer.status_code == 200, answer.json
        return finish(*given, **named)

    monkeypatch.setattr(publishing, "_finish", overtaken)
    assert publish(association, run_id).json["published"] == 2
    assert {each["state"] for each in proposals_of(association, run_id)} == {"published"}


def test_approving_against_publishing_leaves_no_approved_pair_behind(association: Association) -> None:
    """The coordinator who approves has read the run as it was under review, and is not done when it is published."""
    program = association.program()
    cohort(association, program, 2)
    run_id = computed(association, program)
    first, late = proposals_of(association, run_id)
    association.coordinator("PATCH", f"/v1/proposals/{first['id']}", {"state": "approved"})
    decided, go_on = threading.Event(), threading.Event()

    def approve(current: Transaction) -> None:
        proposal = association.store.proposals.get(TENANT, late["id"], current.session)
        decide_proposal(current, association.store, proposal, ProposalState.APPROVED)
        decided.set()
        go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        approving = pool.submit(association.in_transaction, approve)
        assert decided.wait(10)
        threading.Timer(0.3, go_on.set).start()
        assert publish(association, run_id).json["published"] == 2
        approving.result()
    assert {each["state"] for each in proposals_of(association, run_id)} == {"published"}


def test_the_pairs_of_a_mentor_are_one_group_where_the_program_is_one_of_groups(association: Association) -> None:
    program = association.program(format=Format.GROUP)
    mentors = [speaker(association, program, Role.MENTOR, "law", capacity=3) for _ in range(2)]
    for _ in range(5):
        speaker(association, program, Role.MENTEE, "law")
    late = speaker(association, program, Role.MENTEE, "sailing")
    run_id = computed(association, program)
    proposed = {each["mentee_id"]: each["group_id"] for each in proposals_of(association, run_id)}
    answer = publish(association, run_id, approve_all=True)
    assert answer.json["published"] == 6
    started = association.messages("mentorship.started.v1")
    groups = {mentor: {each["group_id"] for each in started if each["mentor_id"] == mentor} for mentor in mentors}
    assert [len(groups[mentor]) for mentor in mentors] == [1, 1]
    assert groups[mentors[0]] != groups[mentors[1]]
    assert {each["mentee_id"]: each["group_id"] for each in started} == proposed
    assert late in proposed


def test_the_pairs_of_one_mentor_are_published_one_after_the_other(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    for _ in range(4):
        speaker(association, program, Role.MENTOR, "law", capacity=4)
    for _ in range(16):
        speaker(association, program, Role.MENTEE, "law")
    run_id = computed(association, program)
    monkeypatch.setattr(publishing, "_TOGETHER", 3)
    publish(association, run_id, approve_all=True)
    order = [pair["mentor_id"] for pair in association.foundation.database["mentorships"].find().sort("_id")]
    assert (len(order), len([mentor for mentor, _ in groupby(order)])) == (16, 4)


def test_pairs_of_other_programs_are_no_group(association: Association) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = computed(association, program)
    assert [each["group_id"] for each in proposals_of(association, run_id)] == [None, None]
    publish(association, run_id, approve_all=True)
    assert all("group_id" not in each for each in association.messages("mentorship.started.v1"))
