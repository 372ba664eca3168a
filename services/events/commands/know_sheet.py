"""What the next plan of a series begins with: the plan that is shown, and what is known of its people two by two.

The sheet that was kept with the plan says it, but for what was said or done since, which is read. Where that does not
do, as somebody comes in or was merged, all of it is read anew.
"""

from dataclasses import replace

import numpy as np

from services.events.commands.expect_people import Expected, people_expected
from services.events.commands.gather_guests import known_of, published_beside, said_anew
from services.events.domain.round_place import ABSENT, RoundPlace
from services.events.domain.round_series import RoundSeries
from services.events.scheduling.round_sheet import RoundSheet
from services.events.store import Store


def known_sheet(store: Store, series: RoundSeries) -> tuple[str, RoundSheet, Expected]:
    """With a row for everybody who has a place, and for whoever is expected and has none; and who is expected.

    Whoever plans by it keeps the next one under the stamp that comes first.
    """
    stamp, kept = store.round_sheets.begin(series)
    if kept is not None and (sheet := _caught_up(store, series, kept)) is not None:
        expected = people_expected(store, series, kept.now_is.values())
        if not expected.joining(sheet.persons()):
            return stamp, sheet, expected
    return stamp, *_read(store, series)


def _caught_up(store: Store, series: RoundSeries, sheet: RoundSheet) -> RoundSheet | None:
    """With what people have said since; None where they have met in other rounds."""
    if published_beside(store, series) != sheet.others:
        return None
    # Nobody unsays anything, so that the sum tells; who was erased, or merged, has left no sheet.
    if store.wishes.times_said(series.tenant, series.event_id) == sum(sheet.said.values()):
        return sheet
    said = store.wishes.versions(series.tenant, series.event_id)
    spoke = [each for each in {*said, *sheet.said} if said.get(each) != sheet.said.get(each)]
    row, persons = sheet.rows(), set(store.merges.survivors(series.tenant, spoke).values())
    own = {person: row[person] for person in persons if person in row}
    # Counted before it is read: what is said in between is read twice, and never missed.
    wished, declined = said_anew(store, series, own.keys(), row)
    return replace(sheet, said=said, ties=sheet.ties.said_anew(own.values(), wished, declined), as_kept=False)


def _read(store: Store, series: RoundSeries) -> tuple[RoundSheet, Expected]:
    """From the database, whole. Nobody who was erased is expected."""
    before = list(store.round_places.all(series))
    now_is = store.merges.survivors(series.tenant, [place.member_id for place in before])
    expected = people_expected(store, series, [person for each, person in now_is.items() if each != person])
    named = {*now_is.values(), *expected.joining(now_is.values())}
    expected = expected.without(named - store.people.among(series.tenant, named))
    new = expected.joining(now_is.values())
    last, seats = max((place.number for place in before), default=0), (ABSENT,) * series.rounds
    newcomers = [RoundPlace(each, last + at, seats) for at, each in enumerate(sorted(new), start=1)]
    places = sorted((*before, *newcomers), key=lambda place: place.member_id)
    people = tuple(place.member_id for place in places)
    known = known_of(store, series, people)
    sheet = RoundSheet(
        plan=series.plan_version,
        people=people,
        now_is={each: person for each, person in known.now_is.items() if each != person},
        numbers=np.array([place.number for place in places], np.int32),
        table=np.array([place.seats for place in places], np.int32).reshape(len(places), series.rounds),
        left_out={row: place.left_out for row, place in enumerate(places) if place.left_out is not None},
        ties=known.ties,
        said=known.said,
        others=known.others,
        added=frozenset(row for row, each in enumerate(people) if each in new),
        read_anew=True,
    )
    return sheet, expected
