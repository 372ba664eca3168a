"""A member is forgotten by matching: what lives ends, seats are freed once, partners keep their own history."""

from itertools import count
from typing import Any

import pytest

from services.matching.commands.create_task import create_task
from services.matching.domain.enrollment import Role
from services.matching.domain.forgetting import GONE
from services.matching.domain.member import Skill
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests import erasing
from tests.integration.matching.asking import asked, paired
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.cohort import computed, proposals_of, speaker
from tests.integration.matching.pairing import Pair, pair_at_work
from tests.integration.matching.telling import Ticket, tell
from tests.scanning import places_of

_offsets = count(1_000_000)

WORDS = ("zymurgy", "quixotry")
"""The first is what the erased wrote, the second their name or skill."""


@pytest.fixture(autouse=True)
def known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)


def hear_erasure(association: Association, member_id: str, *, order: str = "tr", erasure_id: str | None = None) -> None:
    now = association.clock.now()
    for each in order:
        if each == "t":
            tell(association, erasing.tombstone(TENANT, member_id, next(_offsets), now))
        else:
            asked_for = erasing.request(TENANT, member_id, next(_offsets), now, erasure_id=erasure_id)
            tell(association, asked_for)


def erase(association: Association, member_id: str, **options: Any) -> None:
    hear_erasure(association, member_id, **options)
    association.do_due_work()


def year(association: Association) -> Pair:
    """A pair with a history: what the mentee wrote says zymurgy, what the mentor wrote is plain."""
    made = pair_at_work(association)
    association.tell_of(made.mentee, name="Quixotry", skills=(Skill("quixotry", "seeks", 2),))
    terms = {
        "format": "video",
        "frequency": "weekly",
        "duration_weeks": 24,
        "goals": ["zymurgy"],
        "boundaries": "zymurgy",
    }
    assert made.call(made.mentee, "PUT", "/agreement", terms).status_code == 200
    session = {"starts_at": "2026-02-01T10:00:00Z", "duration_minutes": 60}
    first = made.call(made.mentee, "POST", "/sessions", {**session, "place": "zymurgy hall", "notes": "zymurgy"}).json
    second = made.call(made.mentor, "POST", "/sessions", {**session, "notes": "plain notes"}).json
    assert made.call(made.mentee, "PATCH", f"/sessions/{second['id']}", {"actions": ["zymurgy"]}).status_code == 200
    assert made.call(made.mentor, "PATCH", f"/sessions/{first['id']}", {"actions": ["plain"]}).status_code == 200
    for who, notes in ((made.mentee, "zymurgy notes"), (made.mentor, "my own notes")):
        made.call(who, "PUT", f"/sessions/{first['id']}/private-notes", {"text": notes})
    made.call(made.mentor, "POST", "/milestones", {"title": "plain milestone"})
    done = made.call(made.mentee, "POST", "/milestones", {"title": "zymurgy", "skill": "zymurgy"}).json
    completed = {"state": "completed", "evidence": "plain evidence", "level": 4}
    assert made.call(made.mentor, "PATCH", f"/milestones/{done['id']}", completed).status_code == 200
    for who, text in ((made.mentee, "zymurgy thanks"), (made.mentor, "plain thanks")):
        assert made.call(who, "POST", "/appreciations", {"text": text}).status_code == 201
    return made


def told(association: Association, *types: str) -> list[dict[str, Any]]:
    return association.messages(*types)


def test_the_erased_one_s_words_go_and_the_partner_keeps_the_rest(association: Association) -> None:
    made = year(association)
    assert places_of(association.foundation.database, *WORDS)
    erase(association, made.mentee)
    assert places_of(association.foundation.database, *WORDS) == []
    found = made.call(made.mentor, "GET").json
    assert (found["state"], found["mentee_id"]) == ("ended_early", made.mentee)
    assert (found["in_force"]["goals"], found["agreement"]["goals"]) == (["Lead a team"], [GONE])
    sessions = made.call(made.mentor, "GET", "/sessions").json["items"]
    assert [(each.get("notes"), each.get("actions"), each.get("place")) for each in sessions] == [
        (GONE, ["plain"], None),
        ("plain notes", [GONE], None),
    ]
    private = made.call(made.mentor, "GET", f"/sessions/{sessions[0]['id']}/private-notes").json
    assert private["text"] == "my own notes"
    milestones = made.call(made.mentor, "GET", "/milestones").json["items"]
    assert [(each["title"], each.get("evidence"), each.get("level")) for each in milestones] == [
        ("plain milestone", None, None),
        (GONE, "plain evidence", None),
    ]
    thanks = made.call(made.mentor, "GET", "/appreciations").json["items"]
    assert [each["text"] for each in thanks] == [GONE, "plain thanks"]


def test_all_that_lives_ends_and_each_seat_is_freed_once(association: Association) -> None:
    made = year(association)
    program = association.store.programs.get(TENANT, made.program_id)
    another = association.mentee(program)
    erase(association, made.mentee)
    erase(association, made.mentee, order="rt")
    load = association.store.loads.find_of(TENANT, made.program_id, made.mentor)
    assert load is not None
    assert (load.active, load.available) == (0, True)
    (ended,) = told(association, "mentorship.ended.v1")
    assert (ended["reason"], ended.get("ended_by_id")) == ("erased", None)
    assert [each["state"] for each in told(association, "session.cancelled.v1")] == ["cancelled"] * 2
    (withdrawn,) = told(association, "enrollment.withdrawn.v1")
    assert (withdrawn["member_id"], withdrawn["reason"]) == (made.mentee, "erased")
    assert asked(association, program, another, made.mentor)


def test_requests_of_the_erased_are_asked_no_further(association: Association) -> None:
    program = association.program()
    mentee, mentors = association.mentee(program), [association.mentor(program) for _ in range(3)]
    asked(association, program, mentee, *mentors, mode="sequential", message="zymurgy")
    erase(association, mentee)
    (invalidated,) = told(association, "request.invalidated.v1")
    assert (invalidated["mentor_id"], invalidated["reason"]) == (mentors[0], "erased")
    assert len(told(association, "request.sent.v1")) == 1, "the next of the list never hears of it"
    assert places_of(association.foundation.database, *WORDS) == []


def test_a_list_that_reached_an_erased_mentor_goes_on_to_the_next(association: Association) -> None:
    program = association.program()
    mentee, first, second = association.mentee(program), association.mentor(program), association.mentor(program)
    asked(association, program, mentee, first, second, mode="sequential")
    erase(association, first)
    assert [each["mentor_id"] for each in told(association, "request.sent.v1")] in ([first, second], [second, first])
    listed = association.call(mentee, "GET", "/v1/requests").json["items"]
    assert {each["mentor_id"]: (each["state"], each["message"]) for each in listed} == {
        first: ("invalidated", "Would you help me?"),
        second: ("sent", "Would you help me?"),
    }


def test_an_erased_mentor_s_pairs_end_and_the_questions_go(association: Association) -> None:
    program = association.program()
    mentee, mentor = association.mentee(program), association.mentor(program)
    (request,) = asked(association, program, mentee, mentor)
    path = f"/v1/requests/{request}"
    assert association.call(mentor, "POST", f"{path}/ask", {"question": "zymurgy?"}).status_code == 200
    assert association.call(mentee, "POST", f"{path}/answer", {"answer": "plain answer"}).status_code == 200
    erase(association, mentor)
    shown = association.call(mentee, "GET", path).json
    assert shown["exchanges"] == [{"question": GONE, "answer": "plain answer"}]
    assert places_of(association.foundation.database, *WORDS) == []


def test_what_was_proposed_for_the_erased_is_dismissed_and_its_reasons_go(association: Association) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "quixotry")
    mentee = speaker(association, program, Role.MENTEE, "quixotry")
    run = computed(association, program)
    (before,) = proposals_of(association, run)
    assert "quixotry" in " ".join(before["reasons"])
    erase(association, mentee)
    (after,) = proposals_of(association, run)
    assert (after["state"], after["reasons"], after["mentor_id"]) == ("dismissed", [], mentor)
    association.tell_of(mentor)
    inputs = association.store.run_inputs
    mark = inputs.mark_of(run)
    assert list(inputs.members(mark)) == [mentor]
    inputs.remove(mark, [mentor])  # the mentor's own skill is there as it was
    assert places_of(association.foundation.database, *WORDS) == []


@pytest.mark.parametrize("order", ["tr", "rt", "trr", "rtr"])
def test_one_acknowledgment_goes_out_in_whatever_order_it_is_heard(association: Association, order: str) -> None:
    made, erasure = year(association), new_id()
    for each in order:
        hear_erasure(association, made.mentee, order=each, erasure_id=erasure)
        association.do_due_work()
    (said,) = told(association, "erasure.completed.v1")
    assert (said["id"], said["member_id"], said["service"]) == (erasure, made.mentee, "matching")
    assert said["counts"]["ended_mentorships"] == 1
    assert said["counts"]["sessions"] == 2


def test_the_tombstone_alone_suffices(association: Association) -> None:
    made = year(association)
    erase(association, made.mentee, order="t")
    assert places_of(association.foundation.database, *WORDS) == []
    assert told(association, "erasure.completed.v1") == []


def test_no_late_message_brings_the_erased_back(association: Association) -> None:
    program = association.program(kind="event", event_id=(event := new_id()))
    member = association.member()
    ticket = Ticket(association, event, member, "mentor")
    first = ticket.confirmed()
    tell(association, first)
    assert association.store.enrollments.of_member(TENANT, program.id, member)
    erase(association, member)
    tell(association, ticket.cancelled(), ticket.confirmed())
    enrollments = association.store.enrollments.of_member(TENANT, program.id, member)
    assert [each.state.value for each in enrollments] == ["withdrawn"]
    assert association.foundation.database["attendances"].count_documents({}) == 0
    body = {"member_id": member, "role": "mentee"}
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/enrollments", body)
    assert answer.status_code == 404, answer.json


def test_two_workers_at_once_free_a_seat_once(association: Association) -> None:
    made = year(association)
    hear_erasure(association, made.mentee)
    at_once([association.do_due_work] * 2)
    association.foundation.database["erasures"].update_many({}, {"$set": {"due_at": association.clock.now()}})
    at_once([association.do_due_work] * 2)
    load = association.store.loads.find_of(TENANT, made.program_id, made.mentor)
    assert load is not None
    assert load.active == 0
    assert len(told(association, "mentorship.ended.v1")) == 1
    assert len(told(association, "erasure.completed.v1")) == 1


def test_another_tenant_s_pairs_are_untouched(association: Association) -> None:
    made = year(association)
    now = association.clock.now()
    tell(association, erasing.tombstone("other", made.mentee, next(_offsets), now))
    tell(association, erasing.request("other", made.mentee, next(_offsets), now))
    association.do_due_work()
    assert made.call(made.mentor, "GET").json["state"] == "active"


def test_a_mentor_of_many_pairs_is_forgotten_in_steps(association: Association) -> None:
    program = association.program()
    mentor = association.mentor(program, capacity=50)
    for _ in range(45):
        paired(association, program, mentor, association.mentee(program))
    erase(association, mentor)
    load = association.store.loads.find_of(TENANT, program.id, mentor)
    assert load is not None
    assert load.active == 0
    assert len(told(association, "mentorship.ended.v1")) == 45


def test_what_the_erased_was_to_do_goes_and_the_staff_s_task_stays(association: Association) -> None:
    made = pair_at_work(association)
    kept = association.store.mentorships.get(TENANT, made.mentorship)
    program = association.store.programs.get(TENANT, made.program_id)
    association.put(program, coordinator_ids=(made.mentee, made.mentor))

    def task(*assignees: str) -> str:
        def work(current: Transaction) -> str:
            return create_task(
                current,
                association.store,
                "rematch",
                program_id=made.program_id,
                mentorship=kept,
                assignee_ids=assignees,
            ).id

        return association.in_transaction(work)

    theirs, partners, staff = task(made.mentee), task(made.mentor), task()

    erase(association, made.mentee)

    assert association.store.tasks.find(TENANT, theirs) is None
    assert association.store.tasks.get(TENANT, partners).assignee_ids == (made.mentor,)
    assert association.store.tasks.get(TENANT, staff).assignee_ids == (made.mentor,)
