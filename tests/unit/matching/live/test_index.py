"""A program in memory says what reading all of it says, after whatever has changed."""

from collections import Counter
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Language, Member
from services.matching.domain.parts import FULL
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.engine.recommendations import recommend
from services.matching.engine.suggestions import told_pair
from services.matching.live.index import ProgramIndex
from services.matching.live.segment import DoesNotFit
from services.matching.live.standing import Standing
from tests.examples import tried
from tests.unit.matching.crowds import all_criteria, crowds
from tests.unit.matching.people import MONDAY, everything_visible, person

EVENTS = ("fair", "dinner")


@dataclass
class World:
    """What a database would hold of a program."""

    standings: dict[str, Standing] = field(default_factory=dict)
    staged: Counter[str] = field(default_factory=Counter)

    def look(self, member_ids: Collection[str] | None) -> Mapping[str, Standing]:
        wanted = self.standings if member_ids is None else member_ids
        return {each: self.standings[each] for each in wanted if each in self.standings}


def by_reading(
    world: World, asker: Member, events: Collection[str], criteria: Criteria, index: ProgramIndex, k: int
) -> list[object]:
    partners = [
        Place(each.member, each.seats - each.taken - world.staged[member_id])
        for member_id, each in world.standings.items()
        if each.member is not None
        and each.member.may_start_something
        and not each.seats > 0 >= each.seats - each.taken - world.staged[member_id]
    ]
    there: dict[str, set[str]] = {event: {asker.id} for event in events}
    for member_id, each in world.standings.items():
        if not each.seats > 0 >= each.seats - each.taken - world.staged[member_id]:
            for event in each.events:
                there.setdefault(event, set()).add(member_id)
    gatherings = tuple(frozenset(members) for members in there.values() if len(members) > 1)
    asking: tuple[Place, ...] = (Place(asker, 1),)
    if index.side is Role.MENTOR:
        pool, role = Pool(tuple(partners), asking, MONDAY, gatherings=gatherings), Role.MENTEE
    else:
        pool, role = Pool(asking, tuple(partners), MONDAY, gatherings=gatherings), Role.MENTOR
    # By the weights that memory has, of the words that those use, or used, who count.
    lexicon = copy(index.lexicon)
    lexicon._weights = {word: weight for word, weight in lexicon._weights.items() if word not in lexicon._aside}
    return list(recommend(pool, criteria, asker.id, role, k, visible=everything_visible, lexicon=lexicon))


def by_memory(index: ProgramIndex, asker: Member, events: Collection[str], criteria: Criteria, k: int) -> list[object]:
    found, gatherings = index.best(asker, events, criteria, k + 1)
    pool = Pool((), (), MONDAY, gatherings=tuple(there | {asker.id} for there in gatherings.values()))
    told, audience = [], Audience.MENTEE if index.side is Role.MENTOR else Audience.MENTOR
    for score, who, points in found:
        if who != asker.id:
            mentor, mentee = MEMBERS[who], asker
            if index.side is Role.MENTEE:
                mentor, mentee = mentee, mentor
            told.append(told_pair(pool, mentor, mentee, score, points, index.lexicon, everything_visible, audience))
    return list(told[:k])


MEMBERS: dict[str, Member] = {}


@st.composite
def standing_of(draw: st.DrawFn, member: Member) -> Standing:
    return Standing(
        draw(st.integers(0, 2)),
        draw(st.sampled_from([0, 0, 1])),
        member,
        draw(st.frozensets(st.sampled_from(EVENTS))),
    )


@pytest.mark.parametrize("side", Role)
@given(st.data(), st.lists(crowds(8), min_size=2, max_size=5), all_criteria())
@settings(
    max_examples=tried(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_after_any_changes_memory_says_what_reading_says(
    side: Role, data: st.DataObject, pools: list[Pool], criteria: Criteria
) -> None:
    world = World()
    index = ProgramIndex(world.look, MONDAY, side)
    index.build(MONDAY)
    MEMBERS.clear()
    for pool in pools:
        changed = set()
        for place in (*pool.mentors, *pool.mentees):
            member = place.member
            changed.add(member.id)
            MEMBERS[member.id] = member
            what = data.draw(st.sampled_from(["stands", "stands", "leaves", "has no copy"]))
            if what == "leaves":
                world.standings.pop(member.id, None)
            else:
                world.standings[member.id] = data.draw(standing_of(member))
                if what == "has no copy":
                    world.standings[member.id] = replace(world.standings[member.id], member=None)
        letter = "m" if side is Role.MENTOR else "e"
        world.staged = Counter(data.draw(st.lists(st.sampled_from([f"{letter}{n}" for n in range(8)]), max_size=2)))
        pairs = [(each, f"somebody {number}") for number, each in enumerate(world.staged.elements())]
        if side is Role.MENTEE:
            pairs = [(other, each) for each, other in pairs]
        if data.draw(st.booleans()):
            index.refresh(changed)
            index.stage(pairs)
        else:
            index.build(MONDAY)
            index.stage(pairs)
        for place in pool.mentees if side is Role.MENTOR else pool.mentors:
            events = data.draw(st.frozensets(st.sampled_from(EVENTS)))
            known = world.standings.get(place.member.id)
            if known is not None:
                events = known.events
            k = data.draw(st.integers(1, 8))
            try:
                told = by_memory(index, place.member, events, criteria, k)
            except DoesNotFit:
                assert side is Role.MENTEE
                continue
            assert told == by_reading(world, place.member, events, criteria, index, k)


def test_when_one_in_eight_says_something_else_words_are_weighed_anew() -> None:
    def saying(member_id: str, *goals: str) -> Standing:
        return Standing(1, 0, person(member_id, goals=goals), frozenset())

    world = World({f"m{number}": saying(f"m{number}", "learn to sail") for number in range(16)})
    index = ProgramIndex(world.look, MONDAY)
    index.build(MONDAY)
    usual, wanted = index.lexicon.weight("sail"), []
    changed = [f"m{number}" for number in range(3)]
    for member_id in changed:
        wanted.append(index.wants_a_build)
        world.standings[member_id] = saying(member_id, "learn to weave")
        index.refresh({member_id})
        index.refresh({member_id})  # looked at again, and the same
        assert index.lexicon.weight("weave") > usual == index.lexicon.weight("sail")
    [best] = index.best(person("e", goals=("weave",)), (), Criteria(), 1)[0]
    assert best.member_id in changed
    wanted.append(index.wants_a_build)
    index.build(MONDAY)
    assert [*wanted, index.wants_a_build] == [False, False, False, True, False]
    assert index.lexicon.weight("sail") > usual


def test_whom_a_change_concerns_is_looked_at_although_reading_has_failed_in_between() -> None:
    world = World()
    skills = {"languages": (Language("en", 5),)}
    first, second, mentee = person("m1", **skills), person("m2", **skills), person("e", **skills)
    world.standings = {each.id: Standing(1, 0, each, frozenset()) for each in (first, second)}
    world.standings["m1"] = Standing(1, 0, first, frozenset({"fair"}))
    reads: list[Collection[str] | None] = []

    def look(member_ids: Collection[str] | None) -> Mapping[str, Standing]:
        reads.append(member_ids)
        if len(reads) == 3:
            raise ConnectionError
        return world.look(member_ids)

    index = ProgramIndex(look, MONDAY)
    index.build(MONDAY)
    # Both were at the fair by now: that the first was seen there by somebody follows from what the second did.
    world.standings["m2"] = Standing(1, 0, second, frozenset({"fair"}))
    with pytest.raises(ConnectionError):
        index.refresh({"m2"})
    index.refresh({"m2"})
    assert [place.encoded & 1 for place in index._places.values()] == [1, 1]
    assert {each.member_id for each in index.best(mentee, (), Criteria(), 2)[0]} == {"m1", "m2"}


def test_what_only_those_say_who_have_no_seat_left_changes_nothing_for_whoever_asks() -> None:
    others = ("sailing", "law", "history", "weaving", "harbor", "music", "cooking", "chess", "trade")
    world = World({"e1": Standing(1, 0, person("e1", goals=("tax",)), frozenset())})
    world.standings["e2"] = Standing(1, 1, person("e2", goals=others), frozenset())
    mentor = person("m", goals=("tax", *others))
    index = ProgramIndex(world.look, MONDAY, Role.MENTEE)

    def scores() -> tuple[int, int]:
        members = [each.member for each in world.standings.values() if each.member and each.seats > each.taken]
        pool = Pool((Place(mentor, 1),), tuple(Place(each, 1) for each in members), MONDAY)
        read = recommend(pool, Criteria(), "m", Role.MENTOR, 2, visible=everything_visible)
        known = index.best(mentor, (), Criteria(), 2)[0]
        [known_score] = [each.score for each in known if each.member_id == "e1"]
        [read_score] = [round(each.score * FULL) for each in read if each.mentee_id == "e1"]
        return known_score, read_score

    index.build(MONDAY)
    full, read = scores()
    assert full == read == FULL
    world.standings["e2"] = replace(world.standings["e2"], taken=0)
    index.refresh({"e2"})
    assert scores()[0] < full
    index.build(MONDAY)
    free, read = scores()
    assert free == read < full


def two_mentors() -> World:
    told = {each: person(each, languages=(Language("en", 5),)) for each in ("m1", "m2")}
    return World({each: Standing(1, 0, member, frozenset()) for each, member in told.items()})


def test_nobody_who_asks_waits_while_all_are_put_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    index = ProgramIndex(two_mentors().look, MONDAY)
    index.build(MONDAY)
    settle, stopped = ProgramIndex._settle, []

    def watched(of: ProgramIndex, asked: Collection[str], *rest: Any) -> None:
        stopped.append(index._searching.locked())
        settle(of, asked, *rest)

    monkeypatch.setattr(ProgramIndex, "_settle", watched)
    index.build(MONDAY)
    assert stopped == [False]


def test_what_is_heard_during_a_build_is_not_undone_by_it() -> None:
    world, meanwhile = two_mentors(), [False]

    def look(member_ids: Collection[str] | None) -> Mapping[str, Standing]:
        found = world.look(member_ids)
        if member_ids is None and meanwhile[0]:
            del world.standings["m1"]
            index.refresh({"m1"})
            index.stage([("m2", "somebody")])
        return found

    index = ProgramIndex(look, MONDAY)
    index.build(MONDAY)
    mentee = person("e", languages=(Language("en", 5),))
    assert len(index.best(mentee, (), Criteria(), 2)[0]) == 2
    meanwhile[0] = True
    index.build(MONDAY)
    assert not index.knows("m1")
    assert index.best(mentee, (), Criteria(), 2)[0] == []
    index.stage([])
    assert [each.member_id for each in index.best(mentee, (), Criteria(), 2)[0]] == ["m2"]
