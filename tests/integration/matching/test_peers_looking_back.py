"""Among peers each says how far they are themselves, and each is asked what has come of it."""

from typing import Any

from services.matching.domain.rating import Outcome
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.pairing import Pair
from tests.integration.matching.surveying import asked, write
from tests.integration.matching.telling import merged, tell
from tests.integration.matching.test_goals import goal, goals, rate
from tests.integration.matching.test_peers import peer, peers_program


def peers_at_work(association: Association, program: Any = None) -> Pair:
    """Two who are to each other the same, `mentor` the lower id; their agreement names one goal."""
    program = program or peers_program(association)
    lower, higher = sorted((peer(association, program), peer(association, program)))
    made = Pair(association, program.id, lower, higher, paired(association, program, lower, higher))
    made.agree()
    return made


def own_tasks(made: Pair, who: str, state: str = "open") -> list[str]:
    found = made.association.call(who, "GET", f"/v1/tasks?state={state}").json["items"]
    return [each["kind"] for each in found if each["kind"] == "closing_rating"]


def levels(made: Pair, who: str) -> list[tuple[int | None, int | None]]:
    found = made.call(who, "GET", "/goals").json["items"]
    return [(each.get("baseline"), each.get("closing")) for each in found]


def test_each_peer_says_how_far_they_are_and_sees_their_own_numbers(association: Association) -> None:
    made = peers_at_work(association)
    body = {"statement": "Speak in public", "baseline": 2}
    assert made.call(made.mentor, "POST", "/goals", body).json["baseline"] == 2
    second = goals(made)[1]["id"]
    assert rate(made, made.mentee, "before", 4, goal_id=second).status_code == 201
    assert levels(made, made.mentor) == [(None, None), (2, None)]
    assert levels(made, made.mentee) == [(None, None), (4, None)]


def test_the_closing_rating_is_asked_of_both_peers_and_settled_by_each_for_themselves(association: Association) -> None:
    made = peers_at_work(association)
    [own] = goals(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    both = (made.mentor, made.mentee)
    assert [own_tasks(made, who) for who in both] == [["closing_rating"], ["closing_rating"]]
    rate(made, made.mentor, "end", 4, goal_id=own["id"])
    assert [own_tasks(made, who) for who in both] == [[], ["closing_rating"]]
    made.call(made.mentor, "POST", "/complete")
    assert [own_tasks(made, who) for who in both] == [[], ["closing_rating"]]
    rate(made, made.mentee, "end", 5, goal_id=own["id"])
    assert [own_tasks(made, who, "done") for who in both] == [["closing_rating"], ["closing_rating"]]


def test_the_closing_rating_of_a_peer_who_was_merged_settles_the_task_they_had_before(association: Association) -> None:
    made = peers_at_work(association)
    [own] = goals(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    survivor = association.member()
    tell(association, merged(association, made.mentor, survivor))
    assert rate(made, survivor, "end", 4, goal_id=own["id"]).status_code == 201
    assert (own_tasks(made, survivor, "done"), own_tasks(made, made.mentee)) == (["closing_rating"], ["closing_rating"])


def test_a_peer_who_has_rated_all_that_is_left_is_asked_no_more_and_the_other_still_is(
    association: Association,
) -> None:
    made = peers_at_work(association)
    goal(made)
    association.clock.pass_by(weeks=24)
    association.do_due_work()
    first, second = goals(made)
    rate(made, made.mentor, "end", 4, goal_id=first["id"])
    both = (made.mentor, made.mentee)
    assert [own_tasks(made, who) for who in both] == [["closing_rating"], ["closing_rating"]]
    assert made.call(made.mentee, "PATCH", f"/goals/{second['id']}", {"state": "dropped"}).status_code == 200
    assert [own_tasks(made, who) for who in both] == [[], ["closing_rating"]]


def test_the_outcome_of_peers_is_what_both_say_of_themselves(association: Association) -> None:
    program = peers_program(association)
    for _ in range(5):
        made = peers_at_work(association, program)
        [own] = goals(made)
        for who, level in ((made.mentor, 1), (made.mentee, 2)):
            rate(made, who, "before", level, goal_id=own["id"])
        made.call(made.mentee, "POST", "/complete")
        for who, level in ((made.mentor, 3), (made.mentee, 5)):
            rate(made, who, "end", level, goal_id=own["id"])
    assert association.store.ratings.outcome(TENANT, program.id, peers=True) == Outcome(5, 1.5, 4.0)
    report = association.coordinator("GET", f"/v1/programs/{program.id}/report").json["outcomes"]
    assert (report["rated_pairs"], report["rating_before"], report["rating_end"]) == (5, 1.5, 4.0)


def test_each_peer_is_asked_apart_what_has_come_of_it_and_the_other_reads_it(association: Association) -> None:
    made = peers_at_work(association)
    assert made.call(made.mentee, "POST", "/complete").status_code == 200
    association.clock.pass_by(days=90)
    association.do_due_work()
    told = [each["member_id"] for each in made.told("feedback.requested.v1") if each["kind"] == "impact_90"]
    assert sorted(told) == [made.mentor, made.mentee]
    for who, other, text in ((made.mentor, made.mentee, "I lead now"), (made.mentee, made.mentor, "I speak now")):
        [survey] = [each for each in asked(made, who) if each["kind"] == "impact_90"]
        write(made, who, survey=survey["id"], text=text)
        write(made, who, 409, survey=survey["id"], text="Once more")
        words = made.call(other, "GET", "/appreciations").json["items"]
        assert [each["text"] for each in words if each["from_id"] == who] == [text]


def test_a_peer_does_not_answer_what_the_other_is_asked(association: Association) -> None:
    made = peers_at_work(association)
    made.call(made.mentee, "POST", "/complete")
    association.clock.pass_by(days=90)
    association.do_due_work()
    [of_mentor] = [each for each in asked(made, made.mentor) if each["kind"] == "impact_90"]
    write(made, made.mentee, 404, survey=of_mentor["id"], text="Instead of them")


def test_a_mentor_s_numbers_are_still_not_the_outcome(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    own = goal(made)
    rate(made, mentor, "before", 1, goal_id=own)
    assert levels(made, mentor) == levels(made, mentee) == [(None, None)]


def test_what_partners_say_counts_for_a_peer_whichever_id_is_the_lower(association: Association) -> None:
    program = peers_program(association)
    lower = [peer(association, program) for _ in range(2)]
    middle = peer(association, program, capacity=5)
    for partner in [*lower, *(peer(association, program) for _ in range(3))]:
        made = Pair(association, program.id, middle, partner, paired(association, program, middle, partner))
        made.agree()
        made.call(partner, "POST", "/complete")
        write(made, partner, ratings={"satisfaction": 4})
    association.clock.pass_by(days=7)
    association.do_due_work()
    [found] = association.coordinator("GET", f"/v1/programs/{program.id}/feedback").json["mentors"]
    assert (found["mentor_id"], found["question"], found["count"], found["mean"]) == (middle, "satisfaction", 5, 4.0)
