"""How a pair is doing is kept as it changes, told once, and whoever is next on the ladder hears of it once."""

from typing import Any

import pytest

from services.matching.commands import sweep_program
from services.matching.commands.watch_mentorship import watch_mentorship
from services.matching.domain.watch import watch_id
from shared.messaging.due import DueLoop
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import Pair, pair, pair_at_work
from tests.integration.matching.test_attendance import agreed, say


def told(association: Association, *types: str) -> list[tuple[Any, ...]]:
    """What was published, in order: a change of health, a nudge, or a task."""
    found: list[tuple[Any, ...]] = []
    for each in association.messages(*(types or ("health.changed.v1", "nudge.due.v1", "task.created.v1"))):
        if each["type"] == "health.changed.v1":
            found.append((each["previous"], each["health"], each["rule"]))
        elif each["type"] == "nudge.due.v1":
            found.append((each["step"], len(each["member_ids"]), each["rule"]))
        else:
            found.append((each["kind"], each["reason"]))
    return found


def wait(association: Association, days: float) -> None:
    association.clock.pass_by(days=days)
    association.do_due_work()


def meet(made: Pair) -> None:
    """They meet now, and one says so. `agreed` proposes a time of the week after the tests' beginning."""
    now = made.association.clock.now()
    path = agreed(made, starts_at=now.replace(microsecond=0).isoformat())
    made.association.clock.pass_by(hours=2)
    say(made, made.mentee, path, "held")


def health(association: Association, made: Pair, query: str = "") -> Any:
    answer = association.coordinator("GET", f"/v1/programs/{made.program_id}/health{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_new_pair_is_looked_at_and_nobody_is_told(association: Association) -> None:
    made = pair(association)
    association.do_due_work()
    assert health(association, made)["counts"] == {"new": 1, "on_track": 0, "quiet": 0, "at_risk": 0, "overdue": 0}
    assert told(association) == []


def test_a_silent_pair_goes_quiet_and_the_ladder_is_climbed_step_by_step(association: Association) -> None:
    made = pair_at_work(association)
    association.do_due_work()
    wait(association, 14)
    assert told(association) == [("new", "on_track", "in_touch")]
    wait(association, 7)
    wait(association, 0)
    assert told(association)[1:] == [("on_track", "quiet", "no_session"), (1, 1, "no_session")]
    wait(association, 7)
    assert told(association, "nudge.due.v1") == [(1, 1, "no_session"), (2, 2, "no_session")]
    assert told(association, "task.created.v1") == []
    wait(association, 14)
    wait(association, 60)
    assert told(association, "task.created.v1") == [("quiet_mentorship", "no_session")]
    assert len(told(association, "nudge.due.v1")) == 2
    [first, _] = association.messages("nudge.due.v1")
    assert (first["member_ids"], first["mentorship_id"]) == ([made.mentee], made.mentorship)
    [task] = association.messages("task.created.v1")
    assert (task["mentorship_id"], task["mentee_id"]) == (made.mentorship, made.mentee)


def test_the_ladder_stops_when_they_meet_and_begins_anew_when_they_are_quiet_again(association: Association) -> None:
    made = pair_at_work(association)
    wait(association, 25)
    meet(made)
    association.do_due_work()
    changes = told(association, "health.changed.v1")
    assert changes[-1] == ("quiet", "on_track", "in_touch")
    wait(association, 8)
    assert told(association, "nudge.due.v1") == [(1, 1, "no_session")]
    wait(association, 14)
    assert told(association, "nudge.due.v1") == [(1, 1, "no_session")] * 2


def test_on_hold_nobody_is_nudged_and_the_time_is_not_counted_as_silence(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentee, "POST", "/hold").status_code == 200
    wait(association, 90)
    assert told(association) == []
    assert sum(health(association, made)["counts"].values()) == 0
    assert made.call(made.mentee, "POST", "/resume").status_code == 200
    wait(association, 20)
    assert told(association, "nudge.due.v1") == []
    wait(association, 1)
    assert told(association, "nudge.due.v1") == [(1, 1, "no_session")]


def test_an_unsigned_agreement_and_an_end_long_past_are_told_with_their_rules(association: Association) -> None:
    made = pair(association)
    wait(association, 14)
    assert told(association) == [("new", "at_risk", "unsigned_14_days"), (1, 1, "unsigned_14_days")]
    made.agree()
    wait(association, 0)
    assert told(association, "health.changed.v1")[1:] == [("at_risk", "on_track", "in_touch")]
    wait(association, 24 * 7 + 6)
    wait(association, 2)
    assert told(association, "health.changed.v1")[-1] == ("at_risk", "overdue", "past_its_end")
    [item] = health(association, made, "?health=overdue")["items"]
    assert (item["rule"], item["state"]) == ("past_its_end", "completing")


def test_what_is_over_is_not_watched(association: Association) -> None:
    made = pair_at_work(association)
    assert made.call(made.mentee, "POST", "/end", {"reason": "no_time"}).status_code == 200
    wait(association, 400)
    assert told(association) == []
    assert health(association, made)["items"] == []


def test_of_many_workers_that_look_at_once_one_takes_the_step(association: Association) -> None:
    made = pair_at_work(association)
    association.do_due_work()
    for days in (21, 7, 14):
        association.clock.pass_by(days=days)

        def look() -> None:
            watch = watch_id(made.mentorship)
            association.in_transaction(lambda current: watch_mentorship(current, association.store, watch))

        at_once([look] * 6)
    assert told(association, "health.changed.v1", "nudge.due.v1") == [
        ("new", "quiet", "no_session"),
        (1, 1, "no_session"),
        (2, 2, "no_session"),
        ("quiet", "at_risk", "no_session"),
    ]
    assert told(association, "task.created.v1") == [("quiet_mentorship", "no_session")]


def test_a_change_and_a_look_at_the_same_moment_leave_the_change_looked_at(association: Association) -> None:
    made = pair_at_work(association)
    association.clock.pass_by(days=22)

    def look() -> None:
        watch = watch_id(made.mentorship)
        association.in_transaction(lambda current: watch_mentorship(current, association.store, watch))

    def hold() -> None:
        assert made.call(made.mentee, "POST", "/hold").status_code == 200

    at_once([look, hold, look])
    association.do_due_work()
    watch = association.store.watches.get(TENANT, watch_id(made.mentorship))
    assert (watch.health, watch.due_at) == (None, None)


def test_other_numbers_of_a_program_count_at_once(association: Association) -> None:
    made = pair_at_work(association)
    wait(association, 15)
    numbers = {"settings": {"quiet_percent": 100}}
    assert association.coordinator("PATCH", f"/v1/programs/{made.program_id}", numbers).status_code == 200
    association.do_due_work()
    assert told(association, "health.changed.v1")[-1] == ("on_track", "quiet", "no_session")
    wrong = {"settings": {"quiet_percent": 400}}
    refused = association.coordinator("PATCH", f"/v1/programs/{made.program_id}", wrong)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/settings/at_risk_percent")


def test_a_large_program_is_looked_at_again_in_steps_and_only_for_what_health_goes_by(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_program, "AT_ONCE", 2)
    program = association.program()
    watches = association.foundation.database["watches"]
    for _ in range(5):
        paired(association, program, association.mentor(program), association.mentee(program))
    association.do_due_work()
    later = {"tenant": TENANT, "due_at": {"$gt": association.clock.now()}}
    assert watches.count_documents(later) == 5

    def change(**numbers: int) -> list[Any]:
        path = f"/v1/programs/{program.id}"
        assert association.coordinator("PATCH", path, {"settings": numbers}).status_code == 200
        return association.store.program_sweeps.page(TENANT, {"due_at": {"$lte": association.clock.now()}}, limit=0)

    assert change(open_request_limit=3) == []
    [sweep] = change(unsigned_days=20)
    loop = DueLoop(association.foundation.unit_of_work, association.service.due, association.clock)
    [work] = [each for each in association.service.due if each.name == "program_sweep"]
    assert loop.step(work)
    assert watches.count_documents(later) == 0
    assert association.store.program_sweeps.find(TENANT, sweep.id) is None


def test_health_is_listed_page_by_page_by_state_and_says_nothing_the_two_wrote(association: Association) -> None:
    pairs = [pair_at_work(association) for _ in range(3)]
    program, [made, *_] = association.program(), pairs
    mentorships = association.foundation.database["mentorships"]
    mentorships.update_many({}, {"$set": {"program_id": program.id}})
    association.foundation.database["watches"].update_many({}, {"$set": {"program_id": program.id}})
    wait(association, 22)
    path = f"/v1/programs/{program.id}/health"
    seen: list[Any] = []
    page: Any = {"next": ""}
    while page["next"] is not None:
        query = f"?limit=2&cursor={page['next']}" if page["next"] else "?limit=2"
        page = association.coordinator("GET", path + query).json
        assert page["counts"]["quiet"] == 3
        seen += page["items"]
    assert {each["mentorship_id"] for each in seen} == {each.mentorship for each in pairs}
    assert {(each["health"], each["rule"], each["step"]) for each in seen} == {("quiet", "no_session", 1)}
    assert all(each["since"] == "2026-01-29T12:00:00Z" for each in seen)
    assert "Lead a team" not in str(seen)
    assert association.coordinator("GET", f"{path}?health=on_track").json["items"] == []
    assert association.coordinator("GET", f"{path}?health=poorly").status_code == 422
    assert association.call(made.mentor, "GET", path).status_code == 403
    assert association.coordinator("GET", path, tenant="globex").status_code == 404
