"""A program in memory: what it says is what reading says, soon after whatever has changed."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from pymongo.errors import ConnectionFailure, OperationFailure
from pymongo.read_concern import ReadConcern

from services.matching.api.context import MEMORY
from services.matching.commands.recommend_from_memory import recommend_from_memory
from services.matching.commands.recommend_partners import recommend_partners
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Day, Language, Membership, Window
from services.matching.domain.parts import Weight, Weights
from services.matching.domain.program import Program, Rules
from services.matching.engine.lexicon import lexicon_of
from services.matching.engine.suggestions import Suggestion
from services.matching.live.feed import Feed
from services.matching.live.index import ProgramIndex
from services.matching.live.memory import BeingPrepared, Memory, _Program
from services.matching.live.segment import Person, Segment
from services.matching.store import copies
from services.matching.store.moments import Moments
from shared.errors import NotFound
from shared.ids import new_id
from tests.examples import THOROUGH
from tests.integration.matching.asking import accept, ask, asked
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.cohort import computed, proposals_of, speaker
from tests.integration.matching.telling import Ticket, merged, met, tell, unmerged
from tests.integration.matching.test_erasing import erase
from tests.integration.matching.test_peers import peer, peers_program
from tests.unit.matching.people import MONDAY, offers, person, seeks

SKILLS = ("law", "tax", "sailing", "python")
SOON = 30.0
"""Seconds; a second where nothing else runs."""


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """What is compiled is there: nobody waits for that."""
    Segment([Person(person("a"), frozenset(), seen=False)], lexicon_of(()), MONDAY).warm_up()


@pytest.fixture
def memory(association: Association) -> Iterator[Memory]:
    """The association's memory, which takes small programs, too."""
    made = Memory(association.store, association.foundation.database, most=1_000, few=0)
    association.app.extensions[MEMORY] = made
    yield made
    made.close()


def from_memory(
    association: Association,
    memory: Memory,
    program: Program,
    member: str,
    size: int = 5,
    role: Role = Role.MENTEE,
) -> list[Suggestion] | None:
    now = association.clock.now()
    found = recommend_from_memory(
        association.store, memory, TENANT, program.id, member, role, size, now, told_to_staff=False
    )
    return None if found is None else list(found)


def by_reading(
    association: Association, program: Program, member: str, size: int = 5, role: Role = Role.MENTEE
) -> list[Suggestion] | None:
    now, current = association.clock.now(), association.store.programs.get(TENANT, program.id)
    try:
        return list(recommend_partners(association.store, current, member, role, size, now, told_to_staff=False))
    except NotFound:
        return None


def same_within_a_second(
    association: Association, memory: Memory, program: Program, *members: str, role: Role = Role.MENTEE
) -> int:
    """Memory comes to say what reading says of each of these; of how many. Some it leaves to reading."""
    until, told = time.monotonic() + SOON, 0
    for member in members:
        wanted = by_reading(association, program, member, role=role)
        while (found := from_memory(association, memory, program, member, role=role)) != wanted:
            if found is None and role is Role.MENTOR:
                break
            assert time.monotonic() < until, (found, wanted)
            time.sleep(0.02)
        told += found is not None
    return told


def is_built(program: _Program) -> None:
    """No build of it is under way any more."""
    until = time.monotonic() + SOON
    while program.building:
        assert time.monotonic() < until
        time.sleep(0.01)


def names(found: list[Suggestion] | None) -> list[str]:
    assert found is not None
    return [each.mentor_id for each in found]


def mentees_for(association: Association, memory: Memory, program: Program, mentor: str) -> list[str]:
    found = from_memory(association, memory, program, mentor, role=Role.MENTOR)
    assert found is not None
    return [each.mentee_id for each in found]


def test_over_http_the_answer_is_the_same_from_memory(association: Association, memory: Memory) -> None:
    program = association.program()
    best = speaker(association, program, Role.MENTOR, "law", "tax")
    good = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law", "tax")
    path = f"/v1/programs/{program.id}/recommendations"
    answer = association.call(mentee, "GET", path)
    assert [each["mentor_id"] for each in answer.json["items"]] == [best, good]
    assert memory.program(TENANT, program.id, association.clock.now().date().replace(day=5)) is not None
    association.app.extensions[MEMORY] = Memory(association.store, association.foundation.database, most=0)
    assert association.call(mentee, "GET", path).json == answer.json
    assert association.call(association.member(), "GET", path).status_code == 404


def test_whoever_was_asked_is_not_suggested_again_from_memory_or_by_reading(
    association: Association, memory: Memory
) -> None:
    program = association.program()
    mentors = [speaker(association, program, Role.MENTOR, "law") for _ in range(3)]
    mentee = speaker(association, program, Role.MENTEE, "law")
    assert set(names(from_memory(association, memory, program, mentee))) == set(mentors)
    asked(association, program, mentee, mentors[0])
    # At once: what is between two people is read at that moment.
    assert set(names(from_memory(association, memory, program, mentee))) == set(mentors[1:])
    assert set(names(by_reading(association, program, mentee))) == set(mentors[1:])


def test_a_mentor_who_asks_is_not_told_who_waits_further_down_a_list(association: Association, memory: Memory) -> None:
    program = association.program()
    mentors = [speaker(association, program, Role.MENTOR, "law") for _ in range(2)]
    mentee = speaker(association, program, Role.MENTEE, "law")
    assert ask(association, program, mentee, *mentors, mode="sequential").status_code == 201
    path = f"/v1/programs/{program.id}/recommendations?role=mentor"
    shown = [association.call(each, "GET", path).json["items"] for each in mentors]
    assert [len(items) for items in shown] == [0, 1]


def test_a_mentor_is_told_whom_they_could_help_as_of_this_moment(association: Association, memory: Memory) -> None:
    program = association.program()
    mentor, other = (speaker(association, program, Role.MENTOR, "law", "tax") for _ in range(2))
    best, good, third = (speaker(association, program, Role.MENTEE, *each) for each in (("law", "tax"), ("law",), ()))
    assert same_within_a_second(association, memory, program, mentor, role=Role.MENTOR) == 1
    assert set(mentees_for(association, memory, program, mentor)) == {best, good, third}
    # Each of these from that moment on: kept apart, asked, without a seat left.
    association.call(third, "PUT", f"/v1/blocks/{mentor}")
    assert set(mentees_for(association, memory, program, mentor)) == {best, good}
    asked(association, program, good, mentor)
    assert mentees_for(association, memory, program, mentor) == [best]
    [request] = asked(association, program, best, other)
    assert accept(association, other, request).status_code == 200
    assert mentees_for(association, memory, program, mentor) == []
    assert same_within_a_second(association, memory, program, mentor, other, role=Role.MENTOR) == 2


def test_a_mentor_without_a_seat_is_told_of_nobody(association: Association, memory: Memory) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentees = [speaker(association, program, Role.MENTEE, "law") for _ in range(2)]
    assert set(mentees_for(association, memory, program, mentor)) == set(mentees)
    [request] = asked(association, program, mentees[0], mentor)
    assert accept(association, mentor, request).status_code == 200
    assert mentees_for(association, memory, program, mentor) == []


def test_over_http_a_mentor_is_answered_from_memory_with_and_without_a_role(
    association: Association, memory: Memory
) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentees = {speaker(association, program, Role.MENTEE, "law") for _ in range(2)}
    path = f"/v1/programs/{program.id}/recommendations"
    answers = [association.call(mentor, "GET", f"{path}{role}").json["items"] for role in ("", "?role=mentor")]
    assert answers[0] == answers[1]
    assert {each["mentee_id"] for each in answers[0]} == mentees
    assert {side for _, _, side in memory._programs} == {Role.MENTOR, Role.MENTEE}
    assert association.call(mentor, "GET", f"{path}?role=mentee").status_code == 404


def test_a_mentor_is_told_from_memory_of_whom_they_have_met(association: Association, memory: Memory) -> None:
    program, event = association.program(weights=Weights(met=Weight.HIGH)), new_id()
    first, second = (speaker(association, program, Role.MENTOR, "law") for _ in range(2))
    mentees = [speaker(association, program, Role.MENTEE, "law") for _ in range(4)]
    for each in (first, second, *mentees[:3]):
        tell(association, Ticket(association, event, each).checked_in())
    for each in mentees[1:3]:
        tell(association, met(association, event, new_id(), first, each))
    assert same_within_a_second(association, memory, program, first, second, first, role=Role.MENTOR) == 3
    assert set(mentees_for(association, memory, program, first)[:2]) == set(mentees[1:3])


@pytest.mark.parametrize("role", Role)
def test_of_somebody_whose_last_seat_is_taken_it_does_not_count_that_they_were_met(
    association: Association, memory: Memory, role: Role
) -> None:
    program, event = association.program(weights=Weights(met=Weight.HIGH)), new_id()
    mentors = [speaker(association, program, Role.MENTOR, "law", capacity=2) for _ in range(2)]
    mentees = [speaker(association, program, Role.MENTEE, "law") for _ in range(3)]
    asker, full = (mentees[0], mentors[1]) if role is Role.MENTEE else (mentors[0], mentees[2])
    for each in (asker, full):
        tell(association, Ticket(association, event, each).checked_in())
    tell(association, met(association, event, new_id(), asker, full))
    elsewhere = mentors[0] if role is Role.MENTEE else mentees[0]
    tell(association, Ticket(association, new_id(), elsewhere).checked_in())
    assert same_within_a_second(association, memory, program, asker, role=role) == 1
    for mentee in mentees[1:] if role is Role.MENTEE else mentees[2:]:
        accept(association, mentors[1], asked(association, program, mentee, mentors[1])[0])
    assert same_within_a_second(association, memory, program, asker, role=role) == 1
    found = from_memory(association, memory, program, asker, role=role)
    assert found
    assert all("met" not in each.parts for each in found)


def test_of_peers_nothing_is_held_since_they_are_read(association: Association, memory: Memory) -> None:
    program = peers_program(association)
    one, *others = [peer(association, program) for _ in range(3)]
    answer = association.call(one, "GET", f"/v1/programs/{program.id}/recommendations")
    assert {each["mentor_id"] for each in answer.json["items"]} == set(others)
    assert not memory._programs


def test_a_full_mentor_is_not_suggested_from_the_moment_of_the_last_seat_on(
    association: Association, memory: Memory
) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentees = [speaker(association, program, Role.MENTEE, "law") for _ in range(2)]
    assert names(from_memory(association, memory, program, mentees[1])) == [mentor]
    [request] = asked(association, program, mentees[0], mentor)
    assert accept(association, mentor, request).status_code == 200
    assert from_memory(association, memory, program, mentees[1]) == []
    assert from_memory(association, memory, program, mentees[0]) == []


def test_of_an_erased_member_nothing_is_suggested_at_once_and_nothing_kept_soon(
    association: Association, memory: Memory
) -> None:
    program = association.program()
    gone = speaker(association, program, Role.MENTOR, "zymurgy", goals=("quixotry",), organization="Xylo Ltd")
    stays = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "zymurgy", "law")
    assert set(names(from_memory(association, memory, program, mentee))) == {gone, stays}
    erase(association, gone)
    assert names(from_memory(association, memory, program, mentee)) == [stays]
    index = memory.program(TENANT, program.id, association.clock.now().date().replace(day=5))
    assert index is not None
    until = time.monotonic() + SOON
    while index.knows(gone):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert all(gone not in segment.ids for segment in index._segments)


def test_a_copy_that_is_rebuilt_as_a_whole_is_heard_of(association: Association, memory: Memory) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law", "tax")
    same_within_a_second(association, memory, program, mentee)
    database = association.foundation.database
    document = database[copies.COLLECTION].find_one({"_id": mentor})
    assert document is not None
    shadow = database["copies_anew"]
    for each in database[copies.COLLECTION].find():
        shadow.insert_one(each)
    shadow.update_one({"_id": mentor}, {"$set": {"goals": ["tax"]}})
    shadow.rename(copies.COLLECTION, dropTarget=True)
    association.prepare()
    same_within_a_second(association, memory, program, mentee)


def test_a_lost_stream_is_taken_up_again(association: Association, memory: Memory) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law", "tax")
    same_within_a_second(association, memory, program, mentee)
    admin = association.foundation.client.get_database("admin", read_concern=ReadConcern("local"))
    for operation in admin.aggregate([{"$currentOp": {"idleCursors": True, "allUsers": True}}]):
        cursor = operation.get("cursor", {})
        if "$changeStream" in str(cursor.get("originatingCommand", "")):
            database, _, collection = operation["ns"].partition(".")
            association.foundation.client[database].command("killCursors", collection, cursors=[cursor["cursorId"]])
    association.tell_of(mentor, languages=(Language("en", 2),), skills=offers("law", "tax", level=5))
    same_within_a_second(association, memory, program, mentee)


def test_a_stream_that_breaks_is_taken_up_where_it_was(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentor = speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law", "tax")
    same_within_a_second(association, memory, program, mentee)
    gathered, broken, lost = Feed._gathered, threading.Event(), threading.Event()

    def breaks(feed: Feed, stream: Any) -> Any:
        if not broken.is_set():
            broken.set()
            raise OperationFailure("interrupted", 11601)
        return gathered(feed, stream)

    monkeypatch.setattr(memory._feed, "_lose", lost.set)
    monkeypatch.setattr(Feed, "_gathered", breaks)
    assert broken.wait(SOON)
    # Told while nobody hears.
    association.tell_of(mentor, languages=(Language("en", 2),), skills=offers("law", "tax", level=5))
    same_within_a_second(association, memory, program, mentee)
    assert not lost.is_set()


def test_small_programs_and_those_too_large_are_read(association: Association) -> None:
    program = association.program()
    for _ in range(3):
        speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    database = association.foundation.database
    for most, few in ((1_000, 4), (2, 0), (0, 0)):
        memory = Memory(association.store, database, most=most, few=few)
        assert from_memory(association, memory, program, mentee) is None
        memory.close()


def test_while_a_program_cannot_be_read_into_memory_nobody_is_told_of_no_mentors_and_nobody_waits(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    tries = []

    def fails(*of: object) -> None:
        tries.append(of)
        raise ConnectionFailure

    monkeypatch.setattr("services.matching.live.memory.standings", fails)
    assert [from_memory(association, memory, program, mentee) for _ in range(3)] == [None, None, None]
    assert len(tries) == 1


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What holds every build up until it is set."""
    opened, build = threading.Event(), ProgramIndex.build

    def waits(index: ProgramIndex, monday: date) -> None:
        opened.wait(SOON)
        build(index, monday)

    monkeypatch.setattr(ProgramIndex, "build", waits)
    monkeypatch.setattr("services.matching.live.memory._GLANCE", 0.0)
    yield opened
    opened.set()


def test_until_a_large_program_is_there_whoever_asks_is_told_to_come_again(
    association: Association, memory: Memory, gate: threading.Event
) -> None:
    program = association.program()
    mentors = [speaker(association, program, Role.MENTOR, "law") for _ in range(3)]
    mentee = speaker(association, program, Role.MENTEE, "law")
    [request] = asked(association, program, mentee, mentors[0])
    assert association.call(mentors[0], "POST", f"/v1/requests/{request}/decline", {}).status_code == 200
    memory._many = 2
    path = f"/v1/programs/{program.id}/recommendations"
    refused = association.call(mentee, "GET", path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "are being prepared" in refused.json["detail"]
    # Who takes no part learns no more than ever, and a request is shown all the same.
    assert association.call(association.member(), "GET", path).status_code == 404
    shown = association.call(mentee, "GET", f"/v1/requests/{request}")
    assert (shown.status_code, shown.json["next_best"]) == (200, [])
    gate.set()
    until = time.monotonic() + SOON
    while (answer := association.call(mentee, "GET", path)).status_code == 503:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert {each["mentor_id"] for each in answer.json["items"]} == set(mentors)


def test_after_changes_went_by_a_large_program_is_prepared_anew(
    association: Association, memory: Memory, gate: threading.Event
) -> None:
    gate.set()
    program = association.program()
    mentors = {speaker(association, program, Role.MENTOR, "law") for _ in range(3)}
    mentee = speaker(association, program, Role.MENTEE, "law")
    assert set(names(from_memory(association, memory, program, mentee))) == mentors
    [held] = memory._programs.values()
    is_built(held)
    memory._many = 2
    gate.clear()
    memory._lose()
    with pytest.raises(BeingPrepared):
        from_memory(association, memory, program, mentee)
    gate.set()
    is_built(held)
    assert set(names(from_memory(association, memory, program, mentee))) == mentors


def test_what_is_small_enough_is_read_while_it_comes_into_memory(
    association: Association, memory: Memory, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    mentors = {speaker(association, program, Role.MENTOR, "law") for _ in range(3)}
    mentee = speaker(association, program, Role.MENTEE, "law")
    monkeypatch.setattr("services.matching.live.memory._PATIENCE", 0.5)
    answer = association.call(mentee, "GET", f"/v1/programs/{program.id}/recommendations")
    assert {each["mentor_id"] for each in answer.json["items"]} == mentors
    assert not gate.is_set()


def test_what_is_staged_while_a_program_is_built_anew_is_not_replaced_by_what_was_before(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    assert len(names(from_memory(association, memory, program, mentee))) == 1
    [(key, held)] = memory._programs.items()
    is_built(held)
    staged: Callable[..., object] = association.store.proposals.staged
    before = threading.Event()
    by: list[str] = []

    def slow(*of: str) -> object:
        found = staged(*of)
        by.append(threading.current_thread().name)
        if by[-1] == "live-build":  # what it has found is old by the time it is told
            before.wait(5)
        return found

    monkeypatch.setattr(type(association.store.proposals), "staged", lambda _, *of: slow(*of))
    until = time.monotonic() + SOON
    memory._build(key, held, held.index.monday)
    while held.building and "live-build" not in by:
        assert time.monotonic() < until
        time.sleep(0.01)
    [proposal, *_] = proposals_of(association, computed(association, program))
    association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": "approved"})
    while not held.index.staged(mentee):
        assert time.monotonic() < until
        time.sleep(0.01)
    before.set()
    is_built(held)
    assert held.index.staged(mentee) == 1


def test_what_is_read_while_changes_are_lost_is_not_told_before_it_was_read_once_more(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    assert len(names(from_memory(association, memory, program, mentee))) == 1
    [(key, held)] = memory._programs.items()
    is_built(held)
    told: list[bool] = []
    build = ProgramIndex.build

    def loses(index: ProgramIndex, monday: date) -> None:
        told.append(held.built.is_set())
        build(index, monday)
        if len(told) == 1:
            memory._lose()

    monkeypatch.setattr(ProgramIndex, "build", loses)
    memory._build(key, held, held.index.monday)
    is_built(held)
    assert told == [True, False]
    assert held.built.is_set()


def test_whom_a_member_goes_by_can_be_read_while_that_changes(association: Association, memory: Memory) -> None:
    memory._learn("a", "survivor")
    memory._learn("b", "survivor")
    reading = iter(memory._merged["survivor"])
    next(reading)
    memory._learn("c", "survivor")
    assert len(list(reading)) == 1
    memory._learn("a", None)
    assert memory.names_of("survivor") == {"survivor", "b", "c"}


def test_of_two_programs_that_do_not_fit_together_the_one_in_use_stays(
    association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = [association.program() for _ in range(2)]
    mentees = []
    for program in programs:
        for _ in range(2):
            speaker(association, program, Role.MENTOR, "law")
        mentees.append(speaker(association, program, Role.MENTEE, "law"))
    memory = Memory(association.store, association.foundation.database, most=3, few=0)
    first, second = ((program, mentee) for program, mentee in zip(programs, mentees, strict=True))
    try:
        assert from_memory(association, memory, *first) is not None
        [held] = memory._programs.values()
        for _ in range(2):
            assert from_memory(association, memory, *second) is None
            memory._counted.clear()
            assert from_memory(association, memory, *first) is not None
        assert list(memory._programs.values()) == [held]
        monkeypatch.setattr("services.matching.live.memory._IN_USE", -1.0)
        assert from_memory(association, memory, *second) is not None
        assert [program_id for _, program_id, _ in memory._programs] == [programs[1].id]
    finally:
        memory.close()


def test_the_mentees_of_all_programs_together_are_no_more_than_there_is_room_for(association: Association) -> None:
    memory = Memory(association.store, association.foundation.database, most=3, few=0)
    asking: list[tuple[Program, str]] = []
    try:
        for _ in range(2):
            program = association.program()
            speaker(association, program, Role.MENTOR, "law")
            mentees = [speaker(association, program, Role.MENTEE, "law") for _ in range(2)]
            assert from_memory(association, memory, program, mentees[0]) is not None
            for held in memory._programs.values():
                is_built(held)
            asking.extend((program, mentee) for mentee in mentees)
        # Of whom a change is heard of late, that they came, is forgotten until they ask again.
        until = time.monotonic() + SOON
        while (known := sum(len(held.index.askers) for held in memory._programs.values())) < 3:
            assert time.monotonic() < until
            for program, mentee in asking:
                assert from_memory(association, memory, program, mentee) is not None
        for program, mentee in asking:
            assert from_memory(association, memory, program, mentee) is not None
            known = max(known, sum(len(held.index.askers) for held in memory._programs.values()))
        assert known == 3
    finally:
        memory.close()


def test_of_those_whom_a_mentee_has_had_no_more_are_read_than_there_are(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = association.program()
    for _ in range(20):
        speaker(association, program, Role.MENTOR, "law")
    mentee = speaker(association, program, Role.MENTEE, "law")
    best = names(from_memory(association, memory, program, mentee, 20))
    for each in best[:8]:
        association.call(mentee, "PUT", f"/v1/blocks/{each}")
    read: list[int] = []
    both = Moments.both

    def counted(moments: Moments, *about: Any) -> Any:
        read.append(len(about[4]))
        return both(moments, *about)

    monkeypatch.setattr(Moments, "both", counted)
    assert names(from_memory(association, memory, program, mentee, 2)) == best[8:10]
    # Two and some to spare, then as many more as are out of the question: the mentee among them.
    assert read == [6, 2 + 4 + 8 + 1]
    monkeypatch.setattr("services.matching.commands.recommend_from_memory._MOST", 10)
    assert from_memory(association, memory, program, mentee, 2) is None


def test_who_were_one_are_looked_at_together_for_a_while_and_then_not_remembered(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory._learn("a", "survivor")
    memory._learn("b", "survivor")
    memory._learn("a", None)
    memory._part()
    assert memory._akin("a") == {"a", "b", "survivor"}
    monkeypatch.setattr("services.matching.live.memory._AKIN_FOR", -1.0)
    memory._part()
    assert (memory._akin("a"), memory._akin("b")) == ({"a"}, {"b", "survivor"})
    memory._learn("b", None)
    memory._part()
    assert memory._kin == {}


def test_of_programs_that_are_not_held_nothing_is_remembered_for_long(
    association: Association, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.matching.live.memory._COUNTED_FOR", -1.0)
    memory._few = 1
    for _ in range(3):
        assert memory.program(TENANT, new_id(), MONDAY) is None
    assert len(memory._counted) <= 1


class Turmoil:
    """Anything that may happen to a program, drawn by chance."""

    def __init__(self, association: Association, chance: random.Random) -> None:
        self.association, self.chance = association, chance
        self.program = association.program(weights=Weights(met=Weight.HIGH))
        self.mentors: list[str] = []
        self.mentees: list[str] = []
        self.away: dict[str, str] = {}
        self.event = new_id()
        self._numbers = count()
        for _ in range(6):
            self.mentor_comes()
            self.mentee_comes()

    def steps(self) -> list[Callable[[], Any]]:
        return [
            self.mentor_comes,
            self.mentee_comes,
            self.profile_changes,
            self.profile_changes,
            self.standing_changes,
            self.capacity_changes,
            self.pauses_or_resumes,
            self.pairs,
            self.ends,
            self.attends,
            self.meet,
            self.merges,
            self.unmerges,
            self.is_erased,
            self.rules_change,
            self.is_proposed,
        ]

    def one_of(self, members: list[str]) -> str:
        return self.chance.choice(members)

    def about(self, role: Role) -> dict[str, Any]:
        chance = self.chance
        labels = chance.sample(SKILLS, chance.randint(1, 3))
        skills = (offers if role is Role.MENTOR else seeks)(*labels, level=chance.randint(1, 5))
        taxonomy = [None, None, "esco:1", "esco:2"]
        return {
            "languages": (Language(chance.choice(("en", "en-GB", "it")), chance.randint(1, 5)),),
            "skills": tuple(replace(each, id=chance.choice(taxonomy)) for each in skills),
            "goals": tuple(chance.sample(SKILLS, 1)),
            "seniority": chance.choice((None, 1, 3)),
            "industry": chance.choice((None, "law", "trade")),
            "organization": chance.choice((None, "Acme", "Other")),
            "groups": tuple(chance.sample(("north", "south"), 1)),
            "time_zone": "Europe/Rome",
            "availability": (Window(Day.MON, "09:00", f"{chance.randint(10, 20)}:00"),),
            "visibility": {"goals": "participants", "availability": "all"},
        }

    def mentor_comes(self) -> None:
        member = self.association.member(**self.about(Role.MENTOR))
        self.association.enroll(self.program, member, Role.MENTOR, self.chance.randint(1, 2))
        self.mentors.append(member)

    def mentee_comes(self) -> None:
        member = self.association.member(**self.about(Role.MENTEE))
        self.association.enroll(self.program, member, Role.MENTEE, self.chance.randint(1, 3))
        self.mentees.append(member)

    def profile_changes(self) -> None:
        role, members = self.chance.choice(((Role.MENTOR, self.mentors), (Role.MENTEE, self.mentees)))
        self.association.tell_of(self.one_of(members), **self.about(role))

    def standing_changes(self) -> None:
        member = self.one_of(self.mentors)
        copy = self.association.store.copies.get(TENANT, member)
        about = {name: getattr(copy, name) for name in ("languages", "skills", "goals", "seniority", "groups")}
        self.association.tell_of(member, membership=self.chance.choice(tuple(Membership)), **about)

    def _enrollment(self, member: str) -> Any:
        found = self.association.store.enrollments.of_member(TENANT, self.program.id, member)
        return next(each for each in found if each.role is Role.MENTOR)

    def capacity_changes(self) -> None:
        enrollment = self._enrollment(self.one_of(self.mentors))
        body = {"capacity": self.chance.randint(1, 3)}
        self.association.coordinator("PATCH", f"/v1/enrollments/{enrollment.id}", body)

    def pauses_or_resumes(self) -> None:
        enrollment = self._enrollment(self.one_of(self.mentors))
        state = "paused" if enrollment.state == "approved" else "approved"
        self.association.coordinator("PATCH", f"/v1/enrollments/{enrollment.id}", {"state": state})

    def pairs(self) -> None:
        mentor = self.one_of(self.mentors)
        answer = ask(self.association, self.program, self.one_of(self.mentees), mentor)
        if answer.status_code == 201 and self.chance.random() < 0.7:
            accept(self.association, mentor, answer.json["items"][0]["id"])

    def ends(self) -> None:
        found = self.association.store.mentorships.collection.find_one({"tenant": TENANT})
        if found is not None:
            path = f"/v1/mentorships/{found['_id']}/end"
            self.association.call(found["mentor_id"], "POST", path, {"reason": "other"})

    def attends(self) -> None:
        member = self.one_of([*self.mentors, *self.mentees])
        ticket = Ticket(self.association, self.event, member)
        tell(self.association, ticket.checked_in())
        if self.chance.random() < 0.3:
            tell(self.association, ticket.cancelled())

    def meet(self) -> None:
        two, meeting = (self.one_of(self.mentors), self.one_of(self.mentees)), new_id()
        for each in two:
            tell(self.association, Ticket(self.association, self.event, each).checked_in())
        tell(self.association, met(self.association, self.event, meeting, *two))
        if self.chance.random() < 0.3:
            tell(self.association, met(self.association, self.event, meeting, *two, version=2, reverted=True))

    def merges(self) -> None:
        members = self.chance.choice((self.mentors, self.mentees))
        if len(members) > 3:
            away = members.pop(self.chance.randrange(len(members)))
            into = self.one_of(members)
            self.away[away] = into
            tell(self.association, merged(self.association, away, into))

    def unmerges(self) -> None:
        if self.away:
            away, _ = self.away.popitem()
            tell(self.association, unmerged(self.association, away))

    def is_erased(self) -> None:
        if len(self.mentors) > 4:
            erase(self.association, self.mentors.pop(self.chance.randrange(len(self.mentors))))

    def rules_change(self) -> None:
        rules = self.chance.choice((Rules(), Rules(groups=("north",)), Rules(shared_language_level=2)))
        current = self.association.store.programs.get(TENANT, self.program.id)
        self.association.put(current, rules=rules)

    def is_proposed(self) -> None:
        run_id = computed(self.association, self.program)
        for each in proposals_of(self.association, run_id)[:2]:
            self.association.coordinator("PATCH", f"/v1/proposals/{each['id']}", {"state": "approved"})
        if self.chance.random() < 0.5:
            self.association.coordinator("POST", f"/v1/match-runs/{run_id}/publish", {})


@pytest.mark.parametrize("seed", range(4 if THOROUGH else 2))
def test_after_whatever_happens_memory_says_within_a_second_what_reading_says(
    association: Association, memory: Memory, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)
    # Reading weighs words by everybody as they are now; so does memory, if it learns of each change.
    monkeypatch.setattr("services.matching.live.index._DRIFTED", 1_000)
    turmoil = Turmoil(association, random.Random(seed))
    program, told = turmoil.program, 0
    same_within_a_second(association, memory, program, *turmoil.mentees)
    for _ in range(40):
        for _ in range(turmoil.chance.choice((1, 1, 3))):
            turmoil.chance.choice(turmoil.steps())()
        same_within_a_second(association, memory, program, *turmoil.mentees)
        some = turmoil.chance.sample(turmoil.mentors, 3)
        told += same_within_a_second(association, memory, program, *some, role=Role.MENTOR)
    assert told > 0


def test_whom_a_block_keeps_apart_memory_shows_neither_way_from_that_moment_on(
    association: Association, memory: Memory
) -> None:
    program = association.program()
    mentors = [speaker(association, program, Role.MENTOR, "law") for _ in range(3)]
    mentee = speaker(association, program, Role.MENTEE, "law")
    same_within_a_second(association, memory, program, mentee)
    association.call(mentors[0], "PUT", f"/v1/blocks/{mentee}")
    assert set(names(from_memory(association, memory, program, mentee))) == set(mentors[1:])
    association.call(mentee, "PUT", f"/v1/blocks/{mentors[1]}")
    assert names(from_memory(association, memory, program, mentee)) == [mentors[2]]
    association.call(mentors[0], "DELETE", f"/v1/blocks/{mentee}")
    assert set(names(from_memory(association, memory, program, mentee))) == {mentors[0], mentors[2]}
