"""Who takes part in speed rounds, and what is known of them two by two."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from services.events.commands.assemble_schedule import groups_of
from services.events.domain.meeting_groups import MeetingGroups
from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries, Who
from services.events.domain.wishes import Wishes
from services.events.scheduling.rounds import Longs
from services.events.scheduling.ties import Pair, Ties, rows_of
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_TOGETHER = 5000

Plans = tuple[tuple[str, int], ...]
"""Series with the plan that each shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What holds of people two by two, who each of them is now, and what tells whether that is so still."""

    ties: Ties
    now_is: Mapping[str, str]
    said: Mapping[str, int]
    others: Plans


def coming_to(store: Store, series: RoundSeries) -> list[str]:
    """The members who take part as things stand, in order of id; nobody who was erased."""
    coming = store.attendance.all_attending(series.tenant, series.event_id)
    if series.who is Who.CHECKED_IN:
        coming &= set(checked_in(store, series))
    return sorted(store.people.among(series.tenant, coming))


def checked_in(store: Store, series: RoundSeries) -> list[str]:
    """The members who were let in, in order of id."""
    return sorted(store.registrations.all_checked_in(series.tenant, series.event_id))


def known_of(store: Store, series: RoundSeries, people: Sequence[str]) -> Known:
    """What was said and done until this moment; rows are places in `people`, who may have been merged since.

    Whoever is kept apart is for `apart_among` to say.
    """
    said = store.wishes.of_event(series.tenant, series.event_id)
    others = published_beside(store, series)
    met = _met_in(store, series, others)
    named = {*people, *(each for pair in met for each in pair)}
    now_is = store.merges.survivors(series.tenant, named | _named(said))
    row = {now_is[each]: at for at, each in reversed([*enumerate(people)])}
    wished, declined = said_by(said, row, now_is)
    ties = Ties(wished, declined, rows_of(sorted(met), row, now_is))
    return Known(ties, {each: now_is[each] for each in people}, {each.member_id: each.version for each in said}, others)


def said_anew(
    store: Store, series: RoundSeries, persons: Collection[str], row: Mapping[str, int]
) -> tuple[Longs, Longs]:
    """What these say now, by whatever ids they were known: whom they wish for, and whom not; by row."""
    names = {*persons, *store.merges.merged_into(series.tenant, persons)}
    said = store.wishes.of_members(series.tenant, names, series.event_id)
    return said_by(said, row, store.merges.survivors(series.tenant, _named(said)))


def said_by(said: Sequence[Wishes], row: Mapping[str, int], now_is: Mapping[str, str]) -> tuple[Longs, Longs]:
    """Whom these wish for, and whom not, by row."""
    wished = rows_of(((each.member_id, other) for each in said for other in each.wishes), row, now_is)
    declined = rows_of(((each.member_id, other) for each in said for other in each.no_thanks), row, now_is)
    return wished, declined


def apart_among(store: Store, series: RoundSeries, row: Mapping[str, int]) -> Longs:
    """Who is kept apart at this moment, by a block or by the organizer; `row` by who people are now."""
    found: set[Pair] = set()
    persons = sorted(row)
    for first in range(0, len(persons), _TOGETHER):
        pairs = store.kept_apart.pairs_among(None, series.tenant, persons[first : first + _TOGETHER])
        found |= {(pair[0], pair[1]) for pair in pairs}
    listed = {each for pair in series.forbidden for each in pair}
    now_is = {**{each: each for pair in found for each in pair}, **store.merges.survivors(series.tenant, listed)}
    return rows_of([*sorted(found), *series.forbidden], row, now_is)


def published_beside(store: Store, series: RoundSeries) -> Plans:
    """The other rounds of the event that people have been told of: what they will do there counts as done."""
    return tuple(store.round_series.plans_beside(series.tenant, series.event_id, series.id))


def met_in(places: Sequence[RoundPlace], rounds: Iterable[int]) -> set[Pair]:
    """The pairs who sit together in these rounds."""
    return {pair for number in rounds for table in seated(places, number) for pair in combinations(sorted(table), 2)}


def seated(places: Sequence[RoundPlace], number: int) -> Iterator[list[str]]:
    """The people of each table of that round."""
    at = sorted((place.seats[number], place.member_id) for place in places if place.seats[number] >= 0)
    for _, table in groupby(at, key=lambda each: each[0]):
        yield [member_id for _, member_id in table]


def groups_among(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str], now_is: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[Pair, ...] | None]:
    """The group of each of these ids, and which groups meet (None: all); `now_is` at least of who was merged.

    Whoever is in the same groups of the event is in one here, named after all of them.
    """
    if not series.may_meet:
        return {}, None
    named = store.meeting_groups.find(series.tenant, series.event_id)
    groups = named or MeetingGroups(series.event_id, series.tenant, 0, series.updated_at)
    persons = sorted({now_is.get(each, each) for each in people})
    found: dict[str, frozenset[str]] = {}
    for first in range(0, len(persons), _TOGETHER):
        some = persons[first : first + _TOGETHER]

        def read(transaction: Transaction, some: Sequence[str] = some) -> Mapping[str, frozenset[str]]:
            return groups_of(transaction, store, series.event_id, some, groups)

        found |= unit_of_work.run(read, tenant=series.tenant)
    of = {each: found[now_is.get(each, each)] for each in people}
    allowed = MeetingGroups(series.event_id, series.tenant, 0, series.updated_at, groups.groups, series.may_meet)
    kinds = sorted({tuple(sorted(each)) for each in of.values()})
    both = [(one, other) for one in kinds for other in kinds if one <= other]
    meets = tuple((_joined(one), _joined(other)) for one, other in both if allowed.may_meet(one, other))
    return {each: _joined(sorted(names)) for each, names in of.items()}, meets


def _met_in(store: Store, series: RoundSeries, others: Plans) -> set[Pair]:
    met: set[Pair] = set()
    for other in store.round_series.with_ids(series.tenant, [series_id for series_id, _ in others]):
        met |= met_in(list(store.round_places.all(other)), range(other.rounds))
    return met


def _named(said: Iterable[Wishes]) -> set[str]:
    return {each for wishes in said for each in (wishes.member_id, *wishes.wishes, *wishes.no_thanks)}


def _joined(names: Iterable[str]) -> str:
    return "\n".join(names)
