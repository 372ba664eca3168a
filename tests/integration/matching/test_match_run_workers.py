"""Workers at a match run: they die, are overtaken, share it, and what comes out is always the same."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from services.matching.commands import compute_match_run as computing
from services.matching.commands import search_match_part, start_match_run
from services.matching.commands.compute_match_run import MOST_ATTEMPTS
from services.matching.domain import match_run
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Skill
from services.matching.engine import partition
from services.matching.engine.candidates import candidates
from services.matching.engine.features import features
from services.matching.engine.pool import Criteria
from services.matching.store import run_inputs, run_parts
from services.matching.store.copies import Copies
from services.matching.store.runs import COLLECTION
from shared.messaging import pulse
from shared.messaging.due import Claimed, DueLoop, DueWork, claim
from shared.messaging.lease import LeaseLost
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.cohort import asked_for, cohort, computed, pairs_of, proposals_of, run_of, speaker
from tests.integration.matching.test_erasing import erase
from tests.integration.messaging.conftest import eventually
from tests.unit.matching.people import pool


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's last sign of life counts for a second."""
    monkeypatch.setattr(pulse, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(pulse, "_EACH_SECONDS", 0.1)


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mentees are a part of their own."""
    monkeypatch.setattr(partition, "PART", 2)


def compute_work(association: Association) -> DueWork:
    [work] = [each for each in association.service.due if each.name == "match_run"]
    return work


def a_worker(association: Association) -> DueLoop:
    return DueLoop(association.foundation.unit_of_work, (), association.clock)


def crowded(association: Association) -> Any:
    """A program in which many fit as well as others: who is paired with whom is a matter of order."""
    program = association.program()
    for number in range(9):
        speaker(association, program, Role.MENTOR, "law", f"skill {number % 2}", capacity=1 + number % 2)
        speaker(association, program, Role.MENTEE, "law", f"skill {number % 3}")
    return program


def die(*_given: Any, **_named: Any) -> Any:
    raise Killed


def killed_at(where: str, association: Association, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(computing, where, die)
        with pytest.raises(Killed):
            a_worker(association).step(compute_work(association))


def told(association: Association, run_id: str) -> list[dict[str, Any]]:
    """Everything that a run proposes, but for its ids."""
    kept = ("mentor_id", "mentee_id", "score", "parts", "reasons", "locked")
    found = [{name: each[name] for name in kept} for each in proposals_of(association, run_id)]
    return sorted(found, key=lambda each: (each["mentee_id"], each["mentor_id"]))


@pytest.mark.usefixtures("by_two")
@pytest.mark.parametrize("where", ["take_match_input", "prepared", "together", "concluded", "_proposal", "_erased"])
def test_a_run_whose_worker_died_is_finished_by_another_as_if_nothing_had_happened(
    association: Association, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    program = crowded(association)
    undisturbed = computed(association, program, seed=3)
    run_id = asked_for(association, program, seed=3)
    killed_at(where, association, monkeypatch)
    run = run_of(association, run_id)
    assert (run["state"], proposals_of(association, run_id), run.get("failure")) == ("computing", [], None)
    eventually(lambda: a_worker(association).step(compute_work(association)))
    assert run_of(association, run_id)["state"] == "ready"
    assert told(association, run_id) == told(association, undisturbed)


def test_who_goes_on_with_a_run_matches_the_people_it_began_with(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = asked_for(association, program)
    killed_at("prepared", association, monkeypatch)
    speaker(association, program, Role.MENTEE, "skill 0")
    association.tell_of(mentors[0], skills=(Skill("nothing", "offers", 1),))
    eventually(lambda: a_worker(association).step(compute_work(association)))
    assert pairs_of(association, run_id) == set(zip(mentors, mentees, strict=True))
    assert run_of(association, run_id)["unmatched"] == []


@pytest.mark.usefixtures("by_two")
def test_parts_that_were_searched_are_not_searched_again(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = asked_for(association, crowded(association))
    searched: list[range] = []
    candidates_of = search_match_part.candidates_of

    def mortal(*given: Any, **named: Any) -> Any:
        if len(searched) == 3:
            raise Killed
        searched.append(given[4])
        return candidates_of(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(computing, "PART_SECONDS", 1.0)
        patch.setattr(search_match_part, "candidates_of", mortal)
        with pytest.raises(Killed):
            a_worker(association).step(compute_work(association))
    begun = list(searched)

    def listening(*given: Any, **named: Any) -> Any:
        searched.append(given[4])
        return candidates_of(*given, **named)

    monkeypatch.setattr(search_match_part, "candidates_of", listening)
    eventually(lambda: a_worker(association).step(compute_work(association)))
    assert run_of(association, run_id)["state"] == "ready"
    assert len(begun) == 3
    assert sorted(each.start for each in searched) == [0, 2, 4, 6, 8]


@pytest.mark.usefixtures("by_two")
def test_several_workers_share_a_run_and_find_what_one_finds(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = crowded(association)
    monkeypatch.setattr(partition, "PART", 5_000)
    alone = computed(association, program, seed=9)
    monkeypatch.setattr(partition, "PART", 2)
    run_id = asked_for(association, program, seed=9)
    by_whom: set[int] = set()
    several = threading.Barrier(2, timeout=30)
    candidates_of = search_match_part.candidates_of

    def together(*given: Any, **named: Any) -> Any:
        if threading.get_ident() not in by_whom:
            by_whom.add(threading.get_ident())
            several.wait()  # the first goes on when the second has begun
        return candidates_of(*given, **named)

    monkeypatch.setattr(search_match_part, "candidates_of", together)
    helping = search_match_part.Helping(association.store).work()

    def help_on() -> None:
        loop = a_worker(association)
        while run_of(association, run_id)["state"] != "ready":
            loop.step(helping)

    with ThreadPoolExecutor(2) as pool:
        helper = pool.submit(help_on)
        pool.submit(a_worker(association).step, compute_work(association)).result()
        helper.result()
    assert len(by_whom) == 2
    assert told(association, run_id) == told(association, alone)
    assert association.foundation.database[run_parts.COLLECTION].count_documents({}) == 0


@pytest.mark.parametrize("where", ["prepared", "concluded", "_proposal", "_erased"])
def test_a_worker_that_was_overtaken_changes_nothing(
    association: Association, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """It stands still, as on a machine that sleeps, and goes on when another has finished."""
    run_id = asked_for(association, crowded(association))
    done, seen = getattr(computing, where), []
    runs = association.foundation.database[COLLECTION]

    def pass_on() -> bool:
        runs.update_one({"_id": run_id}, [{"$set": {"claim.until": "$started_at"}}])
        return a_worker(association).step(compute_work(association))

    def overtaken(*given: Any, **named: Any) -> Any:
        if not seen:
            seen.append("asleep")
            eventually(pass_on)
            assert run_of(association, run_id)["state"] == "ready"
            seen.append((told(association, run_id), run_of(association, run_id)))
        return done(*given, **named)

    monkeypatch.setattr(computing, where, overtaken)
    a_worker(association).step(compute_work(association))
    assert (told(association, run_id), run_of(association, run_id)) == seen[1]


def test_a_run_that_cannot_be_computed_is_given_up(association: Association, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = asked_for(association, association.program())

    def defective(*_: Any, **__: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(computing, "concluded", defective)
    work = replace(compute_work(association), retry_seconds=0)
    for _ in range(MOST_ATTEMPTS):
        eventually(lambda: a_worker(association).step(work))
        assert run_of(association, run_id)["state"] == "computing"
    eventually(lambda: a_worker(association).step(work))
    assert run_of(association, run_id)["state"] == "failed"


@pytest.mark.parametrize("where", ["prepared", "concluded", "_erased"])
@pytest.mark.parametrize("verb", ["discard", "cancel"])
def test_a_run_dropped_while_it_is_computed_proposes_nothing_and_leaves_nothing(
    association: Association, monkeypatch: pytest.MonkeyPatch, where: str, verb: str
) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = asked_for(association, program)
    done = getattr(computing, where)

    def dropped(*given: Any, **named: Any) -> Any:
        assert association.coordinator("POST", f"/v1/match-runs/{run_id}/{verb}").status_code == 200
        return done(*given, **named)

    monkeypatch.setattr(computing, where, dropped)
    association.do_due_work()
    assert run_of(association, run_id)["state"] == "discarded"
    assert proposals_of(association, run_id) == []
    assert association.foundation.database["proposals"].count_documents({}) == 0


def test_it_says_each_moment_what_it_is_at(association: Association, monkeypatch: pytest.MonkeyPatch) -> None:
    program = association.program()
    cohort(association, program, 2)
    run_id = asked_for(association, program)
    waiting = run_of(association, run_id)
    assert [waiting[name] for name in ("people", "started_at", "heartbeat_at", "elapsed_seconds")] == [
        4,
        None,
        None,
        None,
    ]
    seen: list[dict[str, Any]] = []
    concluded = computing.concluded

    def watched(*given: Any, **named: Any) -> Any:
        seen.append(run_of(association, run_id))
        eventually(lambda: run_of(association, run_id)["heartbeat_at"] > seen[0]["heartbeat_at"])
        seen.append(run_of(association, run_id))
        return concluded(*given, **named)

    monkeypatch.setattr(computing, "concluded", watched)
    association.do_due_work()
    early, late = seen
    assert (early["state"], early["stage"], late["started_at"]) == ("computing", "candidates", early["started_at"])
    assert late["elapsed_seconds"] > early["elapsed_seconds"] >= 0
    assert 0 < early["progress"] <= late["progress"] < 1
    done = run_of(association, run_id)
    assert (done["state"], done["stage"], done["progress"]) == ("ready", "", 1.0)


def test_who_is_erased_while_a_run_is_computed_is_not_proposed(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = asked_for(association, program)
    concluded = computing.concluded

    def late(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(computing, "concluded", concluded)
        erase(association, mentees[0])
        return concluded(*given, **named)

    monkeypatch.setattr(computing, "concluded", late)
    association.do_due_work()
    run = run_of(association, run_id)
    assert (run["state"], run["summary"]["matched"]) == ("ready", 1)
    assert pairs_of(association, run_id) == {(mentors[1], mentees[1])}
    kept = association.foundation.database[run_inputs.COLLECTION]
    assert kept.count_documents({"run_id": run_id, "member_id": mentees[0]}) == 0
    assert kept.count_documents({"run_id": run_id, "member_id": mentees[1]}) == 1


def test_who_is_erased_while_places_are_kept_is_taken_out(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = asked_for(association, program)
    as_kept = Copies.as_kept

    def late(*given: Any) -> Any:
        found = as_kept(*given)
        monkeypatch.setattr(Copies, "as_kept", as_kept)
        erase(association, mentees[0])
        return found

    monkeypatch.setattr(Copies, "as_kept", late)
    association.do_due_work()
    assert pairs_of(association, run_id) == {(mentors[1], mentees[1])}
    kept = association.foundation.database[run_inputs.COLLECTION]
    assert kept.count_documents({"run_id": run_id, "member_id": mentees[0]}) == 0


def test_more_people_than_a_run_takes_are_refused_before_work_starts(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    cohort(association, program, 2)
    for module in (start_match_run, match_run):
        monkeypatch.setattr(module, "MOST_PEOPLE", 3)
    answer = association.coordinator("POST", f"/v1/programs/{program.id}/match-runs", {"objective": "best_score"})
    assert answer.status_code == 409
    assert "4 approved places are more than one run takes (3)" in answer.json["detail"]


def test_a_part_that_has_passed_on_is_not_answered_by_who_had_it(association: Association) -> None:
    run_id = asked_for(association, crowded(association))
    association.store.run_parts.make(TENANT, run_id, [range(2)], association.clock.now())
    work = replace(search_match_part.Helping(association.store).work(), lease_seconds=0.1)
    held: list[Claimed] = []

    def take() -> bool:
        found = claim(association.foundation.database, work, association.clock.now())
        held.extend([] if found is None else [found])
        return found is not None

    for _ in range(2):
        eventually(take)
    found = candidates(features(pool([], [])), Criteria())
    with pytest.raises(LeaseLost):
        association.store.run_parts.answer(held[0], found)
    association.store.run_parts.answer(held[1], found)
    assert not association.store.run_parts.waiting(run_id)


def test_a_worker_that_was_overtaken_writes_nothing_whatever_it_goes_on_with(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It slept while it kept what a run is computed from, and while it wrote what is proposed; its pulse slept too."""
    monkeypatch.setattr(pulse.Pulse, "_confirm", lambda _: None)
    program = association.program()
    mentors, mentees = cohort(association, program, 2)
    run_id = asked_for(association, program)
    database = association.foundation.database
    as_kept, asleep = Copies.as_kept, []

    def pass_on() -> bool:
        database[COLLECTION].update_one({"_id": run_id}, [{"$set": {"claim.until": "$started_at"}}])
        return a_worker(association).step(compute_work(association))

    def overtaken(*given: Any) -> Any:
        found = as_kept(*given)
        if not asleep:
            asleep.append(True)
            eventually(pass_on)
            speaker(association, program, Role.MENTEE, "skill 0")
        return found

    monkeypatch.setattr(Copies, "as_kept", overtaken)
    a_worker(association).step(compute_work(association))
    inputs = association.store.run_inputs
    assert set(inputs.members(inputs.mark_of(run_id))) == {*mentors, *mentees}
    assert pairs_of(association, run_id) == set(zip(mentors, mentees, strict=True))
    assert run_of(association, run_id)["state"] == "ready"
    marks = database[run_inputs.COLLECTION].distinct("mark", {"run_id": run_id})
    assert len([each for each in marks if each is not None]) == 2  # whose was not the run's expires
