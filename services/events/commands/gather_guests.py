"""Who takes part in speed rounds, and what is known of them two by two."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby

from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries, Who
from services.events.store import Store

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan has to heed of pairs: who never meets, who has met, and what meeting is worth, in basis points."""

    forbidden: tuple[Pair, ...]
    met: tuple[Pair, ...]
    affinity: tuple[tuple[str, str, int], ...]


def coming_to(store: Store, series: RoundSeries) -> list[str]:
    """The members who take part as things stand, in order of id."""
    if series.who is Who.CHECKED_IN:
        return checked_in(store, series)
    return sorted(store.attendance.all_attending(series.tenant, series.event_id))


def checked_in(store: Store, series: RoundSeries) -> list[str]:
    """The members who were let in, in order of id."""
    return sorted(store.registrations.all_checked_in(series.tenant, series.event_id))


def known_of(store: Store, series: RoundSeries) -> Known:
    """What holds of pairs at this moment."""
    return Known(
        forbidden=tuple(sorted({_sorted(pair) for pair in series.forbidden})),
        met=tuple(sorted(_met_before(store, series))),
        affinity=(),
    )


def met_in(places: list[RoundPlace], rounds: int) -> set[Pair]:
    """The pairs who sit together in the first `rounds` rounds."""
    return {pair for number in range(rounds) for table in seated(places, number) for pair in _pairs(table)}


def seated(places: list[RoundPlace], number: int) -> Iterator[list[str]]:
    """The people of each table of that round."""
    at = sorted((place.seats[number], place.member_id) for place in places if place.seats[number] >= 0)
    for _, table in groupby(at, key=lambda each: each[0]):
        yield [member_id for _, member_id in table]


def _met_before(store: Store, series: RoundSeries) -> set[Pair]:
    """In other rounds of the event: what people have been told they will do counts as done."""
    met: set[Pair] = set()
    for other in store.round_series.of_event(series.tenant, series.event_id, published=True):
        if other.id != series.id:
            places = list(store.round_places.all(other.tenant, other.id, other.plan_version))
            met |= met_in(places, other.rounds)
    return met


def _pairs(table: list[str]) -> Iterator[Pair]:
    return combinations(sorted(table), 2)


def _sorted(pair: Pair) -> Pair:
    one, other = sorted(pair)
    return one, other
