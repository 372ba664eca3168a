"""Random pools in which everything there is to know about people is known of some and missing of others."""

from typing import Any

from hypothesis import strategies as st

from services.matching.domain.member import Day, Language, Member, Side, Skill, Window
from services.matching.domain.parts import Part, Weight, Weights
from services.matching.domain.program import Format, OrganizationRule, Rules
from services.matching.engine.pool import Criteria, Encounter, Place, Pool, unordered
from tests.unit.matching.people import MONDAY, person

WORDS = ("law", "tax", "python", "sales", "leading teams", "sailing")


@st.composite
def crowds(draw: st.DrawFn, most: int = 8) -> Pool:
    """Up to `most` people of all kinds, each in one role or both, with facts about pairs of every kind."""
    ids = [f"m{number}" for number in range(draw(st.integers(1, most)))]
    members = [draw(_members(identifier)) for identifier in ids]
    places = st.lists(st.builds(Place, st.sampled_from(members), st.integers(0, 2)), unique_by=lambda p: p.member.id)
    pairs = st.frozensets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=5)
    some = st.frozensets(st.sampled_from(ids), max_size=4)
    return Pool(
        tuple(draw(places)),
        tuple(draw(places)),
        MONDAY,
        blocked=frozenset(unordered(*pair) for pair in draw(pairs)),
        paired_before=frozenset(unordered(*pair) for pair in draw(pairs)),
        forbidden=draw(pairs),
        encounters={unordered(*pair): draw(st.sampled_from(Encounter)) for pair in sorted(draw(pairs))},
        wishes={identifier: draw(some) for identifier in sorted(draw(some))},
        gatherings=tuple(draw(st.lists(some, max_size=3))),
    )


@st.composite
def _members(draw: st.DrawFn, identifier: str) -> Member:
    def perhaps(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | values)

    skill = st.builds(
        Skill,
        st.sampled_from(WORDS),
        st.sampled_from(Side),
        st.none() | st.integers(1, 5),
        st.none() | st.just("tax:1"),
    )
    hours = st.sampled_from(["08:00", "09:10", "12:45", "18:00", "23:30", "24:00"])
    starts = st.sampled_from(["00:00", "08:00", "09:10", "12:45", "22:00"])
    window = st.builds(Window, st.sampled_from([Day.MON, Day.TUE, Day.SUN]), starts, hours)
    return person(
        identifier,
        organization=perhaps(st.sampled_from(["Acme", "acme ", "Other"])),
        industry=perhaps(st.sampled_from(["law", "trade"])),
        seniority=perhaps(st.integers(0, 4)),
        time_zone=perhaps(st.sampled_from(["UTC", "Europe/Rome", "Asia/Kolkata", "Pacific/Auckland"])),
        groups=draw(st.lists(st.sampled_from(["north", "south"]), max_size=1).map(tuple)),
        languages=draw(
            st.lists(st.builds(Language, st.sampled_from(["en", "en-GB", "it"]), st.integers(1, 5)), max_size=2).map(
                tuple
            )
        ),
        skills=draw(st.lists(skill, max_size=4).map(tuple)),
        goals=draw(st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)),
        availability=draw(st.lists(window, max_size=3).map(tuple)),
    )


def all_criteria(*formats: Format) -> st.SearchStrategy[Criteria]:
    """Every rule, there or not; every label of every weight; these formats, or all that have two sides."""
    among = formats or tuple(each for each in Format if each is not Format.PEER)
    labels = st.sampled_from([*Weight, Weight.LOW, Weight.MEDIUM, Weight.HIGH])
    weights = st.builds(Weights, **{part.value: labels for part in Part})
    gaps = st.tuples(st.integers(-4, 4), st.integers(-4, 4)).map(sorted).map(tuple)
    rules = st.builds(
        Rules,
        organization=st.none() | st.sampled_from(OrganizationRule),
        shared_language_level=st.none() | st.integers(1, 5),
        overlap_minutes=st.none() | st.sampled_from([0, 1, 60, 600]),
        seniority_gap=st.none() | gaps,
        groups=st.sampled_from([(), (), ("north",), ("north", "South")]),
    )
    return st.builds(Criteria, rules | st.just(Rules()), weights | st.just(Weights()), st.sampled_from(among))
