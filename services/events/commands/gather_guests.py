"""Who takes part in speed rounds, and what is known of them two by two."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from services.events.commands.assemble_schedule import groups_of
from services.events.domain.meeting_groups import MeetingGroups
from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries, Who
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction, UnitOfWork

Pair = tuple[str, str]

MUTUAL, ONE_SIDED = 10_000, 5_000
"""What a meeting is worth that both wished for, or one of them, in basis points."""
_TOGETHER = 5000


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan has to heed: the group of each person, and pairs.

    Who never meets, who has met, what meeting is worth in basis points, and which groups meet (None: all).
    """

    forbidden: tuple[Pair, ...]
    met: tuple[Pair, ...]
    affinity: tuple[tuple[str, str, int], ...]
    group: Mapping[str, str]
    may_meet: tuple[Pair, ...] | None


def coming_to(store: Store, series: RoundSeries) -> list[str]:
    """The members who take part as things stand, in order of id; nobody who was erased."""
    coming = store.attendance.all_attending(series.tenant, series.event_id)
    if series.who is Who.CHECKED_IN:
        coming &= set(checked_in(store, series))
    return sorted(still_members(store, series, coming))


def checked_in(store: Store, series: RoundSeries) -> list[str]:
    """The members who were let in, in order of id."""
    return sorted(store.registrations.all_checked_in(series.tenant, series.event_id))


def still_members(store: Store, series: RoundSeries, member_ids: Collection[str]) -> set[str]:
    """Those of them who are members still."""
    return set(store.people.names(series.tenant, member_ids))


def known_of(unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str]) -> Known:
    """What holds of these people at this moment; of somebody who was merged meanwhile, under the id they have here."""
    blocked = _blocked(unit_of_work, store, series, people)
    said = store.wishes.of_event(series.tenant, series.event_id)
    wished = [(each.member_id, other) for each in said for other in each.wishes]
    declined = [(each.member_id, other) for each in said for other in each.no_thanks]
    met = _met_before(store, series)
    here = _under_their_ids(store, series, people, [*blocked, *wished, *declined, *met, *series.forbidden])
    groups, may_meet = _groups(unit_of_work, store, series, people)
    return Known(
        forbidden=tuple(sorted({_in_order(each) for each in here([*series.forbidden, *blocked, *declined])})),
        met=tuple(sorted({_in_order(each) for each in here(met)})),
        affinity=tuple(_worth(here, wished)),
        group=groups,
        may_meet=may_meet,
    )


def met_in(places: Sequence[RoundPlace], rounds: Iterable[int]) -> set[Pair]:
    """The pairs who sit together in these rounds."""
    return {pair for number in rounds for table in seated(places, number) for pair in combinations(sorted(table), 2)}


def seated(places: Sequence[RoundPlace], number: int) -> Iterator[list[str]]:
    """The people of each table of that round."""
    at = sorted((place.seats[number], place.member_id) for place in places if place.seats[number] >= 0)
    for _, table in groupby(at, key=lambda each: each[0]):
        yield [member_id for _, member_id in table]


def _worth(here: Callable[[Iterable[Pair]], Iterator[Pair]], wished: Sequence[Pair]) -> list[tuple[str, str, int]]:
    """Nobody wishes for somebody twice, but by two ids: a pair that is there in both directions is wished by both."""
    sides = Counter(_in_order(each) for each in set(here(wished)))
    return [(one, other, MUTUAL if count > 1 else ONE_SIDED) for (one, other), count in sorted(sides.items())]


def _blocked(unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str]) -> set[Pair]:
    found: set[Pair] = set()
    now_is = sorted({*people, *store.merges.survivors(series.tenant, people).values()})
    for first in range(0, len(now_is), _TOGETHER):
        some = now_is[first : first + _TOGETHER]

        def read(transaction: Transaction, some: Sequence[str] = some) -> frozenset[tuple[str, ...]]:
            return store.kept_apart.pairs_among(transaction.session, series.tenant, some)

        found |= {(pair[0], pair[1]) for pair in unit_of_work.run(read, tenant=series.tenant)}
    return found


def _met_before(store: Store, series: RoundSeries) -> set[Pair]:
    """In other rounds of the event: what people have been told they will do counts as done."""
    met: set[Pair] = set()
    for other in store.round_series.of_event(series.tenant, series.event_id, published=True):
        if other.id != series.id:
            places = list(store.round_places.all(other.tenant, other.id, other.plan_version))
            met |= met_in(places, range(other.rounds))
    return met


def _under_their_ids(
    store: Store, series: RoundSeries, people: Sequence[str], pairs: Iterable[Pair]
) -> Callable[[Iterable[Pair]], Iterator[Pair]]:
    """Renames pairs by whatever ids to those of `people`, as directed; those with somebody else are left out."""
    named = {each for pair in pairs for each in pair}
    now_is = store.merges.survivors(series.tenant, {*named, *people})
    own = {now_is[each]: each for each in reversed(people)}

    def renamed(some: Iterable[Pair]) -> Iterator[Pair]:
        for a, b in some:
            one, other = own.get(now_is[a]), own.get(now_is[b])
            if one is not None and other is not None and one != other:
                yield one, other

    return renamed


def _in_order(pair: Pair) -> Pair:
    one, other = pair
    return (one, other) if one < other else (other, one)


def _groups(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str]
) -> tuple[Mapping[str, str], tuple[Pair, ...] | None]:
    """Whoever is in the same groups is in one here, named after all of them."""
    if not series.may_meet:
        return {}, None
    named = store.meeting_groups.find(series.tenant, series.event_id)
    groups = named or MeetingGroups(series.event_id, series.tenant, 0, series.updated_at)
    now_is = store.merges.survivors(series.tenant, people)
    persons = sorted(set(now_is.values()))
    found: dict[str, frozenset[str]] = {}
    for first in range(0, len(persons), _TOGETHER):
        some = persons[first : first + _TOGETHER]

        def read(transaction: Transaction, some: Sequence[str] = some) -> Mapping[str, frozenset[str]]:
            return groups_of(transaction, store, series.event_id, some, groups)

        found |= unit_of_work.run(read, tenant=series.tenant)
    of = {each: found[now_is[each]] for each in people}
    allowed = MeetingGroups(series.event_id, series.tenant, 0, series.updated_at, groups.groups, series.may_meet)
    kinds = sorted({tuple(sorted(each)) for each in of.values()})
    both = [(one, other) for one in kinds for other in kinds if one <= other]
    meets = tuple((_joined(one), _joined(other)) for one, other in both if allowed.may_meet(one, other))
    return {each: _joined(sorted(names)) for each, names in of.items()}, meets


def _joined(names: Iterable[str]) -> str:
    return "\n".join(names)
