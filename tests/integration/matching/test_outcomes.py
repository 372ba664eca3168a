"""What came of mentorships, in numbers that tell of nobody."""

from services.matching.domain.goal import GoalState
from services.matching.domain.program import Program
from services.matching.domain.rating import Outcome
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.pairing import Pair
from tests.integration.matching.test_goals import goals, rate


def completed(association: Association, program: Program, before: int, after: int | None) -> None:
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    made.agree()
    [own] = goals(made)
    rate(made, mentee, "before", before, goal_id=own["id"])
    rate(made, mentor, "before", 1, goal_id=own["id"])
    made.call(mentee, "PATCH", f"/goals/{own['id']}", {"state": "achieved"})
    made.call(mentee, "POST", "/complete")
    if after is not None:
        rate(made, mentee, "end", after, goal_id=own["id"])


def test_mentees_numbers_before_and_at_the_end_are_told_of_five_and_more(association: Association) -> None:
    program, other = association.program(), association.program()
    for before, after in ((1, 3), (2, 4), (2, 5), (3, 4), (5, None)):
        completed(association, program, before, after)
    assert association.store.ratings.outcome(TENANT, program.id) == Outcome(4, None, None)
    completed(association, program, 2, 4)
    completed(association, other, 1, 1)
    assert association.store.ratings.outcome(TENANT, program.id) == Outcome(5, 2.0, 4.0)
    assert association.store.ratings.outcome("globex", program.id) == Outcome(0, None, None)
    assert association.store.goals.by_state(TENANT, program.id) == {
        GoalState.OPEN: 0,
        GoalState.ACHIEVED: 6,
        GoalState.DROPPED: 0,
    }
    assert association.store.goals.pairs_of(TENANT, program.id) == 6
    report = association.coordinator("GET", f"/v1/programs/{program.id}/report").json["outcomes"]
    assert (report["goals_achieved"], report["goals_dropped"], report["goals_open"]) == (6, 0, 0)
    assert (report["rated_pairs"], report["rating_before"], report["rating_end"]) == (5, 2.0, 4.0)
    of_one = association.coordinator("GET", f"/v1/programs/{other.id}/report").json["outcomes"]
    assert (of_one["goals_achieved"], of_one["rated_pairs"], of_one["rating_before"]) == (None, None, None)
