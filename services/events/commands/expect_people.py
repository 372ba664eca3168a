"""Whom to expect in the coming rounds: by what was said of people, by check-ins, and by whether they come at all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from services.events.commands.gather_guests import checked_in
from services.events.domain.round_series import Change, RoundSeries
from services.events.store import Store


@dataclass(frozen=True, slots=True)
class Expected:
    """By who people are now. `inside` is who was let in; None where that does not matter."""

    gone: frozenset[str]
    late: frozenset[str]
    inside: frozenset[str] | None
    departed: frozenset[str]
    """Who does not come, of all who ever did, and of those who are named here."""

    def joining(self, having: Iterable[str]) -> frozenset[str]:
        """Who takes part from now on and is none of those who have a place."""
        coming = self.late | (self.inside or frozenset())
        return coming - self.departed - self.gone - frozenset(having) if coming else coming

    def without(self, member_ids: Collection[str]) -> "Expected":
        """As these do not come either."""
        return replace(self, departed=self.departed.union(member_ids))


def people_expected(store: Store, series: RoundSeries, merged: Collection[str]) -> Expected:
    """As things stand, with what the series' change says; `merged` are those who have the places of others now."""
    change = series.change or Change()
    inside = checked_in(store, series) if change.check_ins else None
    now_is = store.merges.survivors(series.tenant, {*change.gone, *change.late, *(inside or ())})
    late = frozenset(now_is[each] for each in change.late)
    # Most who have a place, or were let in, come or did: few are told not to. Of others nothing may be known.
    unsure = {*late, *merged, *(now_is[each] for each in inside or () if now_is[each] != each)}
    departed = store.attendance.departed(series.tenant, series.event_id)
    departed |= unsure - store.attendance.attending(series.tenant, series.event_id, unsure)
    return Expected(
        gone=frozenset(now_is[each] for each in change.gone),
        late=late,
        inside=None if inside is None else frozenset(now_is[each] for each in inside),
        departed=departed,
    )
