"""What a caller sees of speed rounds: the series, and where people sit."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from services.events.domain.round_place import ABSENT, BYE, RoundPlace
from services.events.domain.round_series import (
    LARGEST_GROUP,
    LONGEST_TABLE,
    MOST_NAMED,
    MOST_ROUNDS,
    MOST_TABLES,
    RoundSeries,
    Who,
)
from services.events.store import Store
from shared.contracts.fields import Choice, Id, Line, Many, Moment, Record, Timestamp, Whole

_FOR_ORGANIZERS = "For organizers only. "


class RoundsAskedSchema(Record):
    """What an organizer says of speed rounds."""

    name = Line("What it is called; `Speed rounds` unless given.", 100, shortest=1, nullable=False)
    starts_at = Moment("When the first round begins.", required=True)
    rounds = Whole("How many there are.", 1, MOST_ROUNDS, required=True)
    group_size = Whole(
        "People at a table: 2 for one to one, which it is unless given.", 2, LARGEST_GROUP, nullable=False
    )
    round_minutes = Whole("How long a round takes; 8 unless given.", 1, 240, nullable=False)
    pause_minutes = Whole("The time to find the next table; 2 unless given.", 0, 240, nullable=False)
    tables = Many(
        "The names of the tables; else they have numbers.",
        Line("A name.", LONGEST_TABLE, shortest=1, required=True),
        MOST_TABLES,
    )
    table_count = Whole("How many tables there are; as many as it takes, where neither says so.", 1, MOST_TABLES)
    who = Choice("Who takes part: `confirmed` unless given.", tuple(each.value for each in Who), nullable=False)
    may_meet = Many(
        f"{_FOR_ORGANIZERS}Pairs of the event's groups whose people meet, in either order; none: everybody.",
        Many("Two groups, or one twice.", Line("A group's name.", 100, required=True), 2, fewest=2, required=True),
        MOST_NAMED,
    )
    forbidden = Many(
        f"{_FOR_ORGANIZERS}Pairs who never meet, besides those where one blocks the other.",
        Many("Two members.", Id("A member.", required=True), 2, fewest=2, required=True),
        MOST_NAMED,
    )


class SummarySchema(Schema):
    """What a plan comes to."""

    people = fields.Integer(metadata={"description": "Who take part in any round."})
    left_out = fields.Integer(metadata={"description": "Who would, and are busy at that time, or gone."})
    person_rounds = fields.Integer(metadata={"description": "How many times somebody is there for a round."})
    missed = fields.Integer(metadata={"description": "How many of these without anybody to meet."})
    repeats = fields.Integer(metadata={"description": "How many times two meet who have met before."})
    affinity = fields.Integer(metadata={"description": "Of all meetings but repeats, in basis points."})
    bound = fields.Integer(
        allow_none=True, metadata={"description": "No plan has more affinity; null: nobody worked it out."}
    )
    optimal = fields.Boolean(metadata={"description": "Whether this is known to be the best plan."})
    byes_most = fields.Integer(metadata={"description": "How many rounds whoever has the most byes sits out."})
    tables_used = fields.Integer()
    changed = fields.Integer(metadata={"description": "For how many the last new plan was another one."})


class RoundsSchema(RoundsAskedSchema):
    """A series of speed rounds."""

    id = fields.String(metadata={"format": "uuid"})
    event_id = fields.String(metadata={"format": "uuid"})
    ends_at = Timestamp("When the last round is over.")
    state = fields.String(metadata={"description": "queued, planning, ready, published, replanning, failed, cancelled"})
    progress = fields.Float(metadata={"description": f"{_FOR_ORGANIZERS}How far a worker is, from 0 to 1."})
    summary = fields.Nested(SummarySchema, allow_none=True, metadata={"description": _FOR_ORGANIZERS.strip()})
    plan_version = fields.Integer(metadata={"description": "Of the plan that is shown; 0: none yet."})
    first_round = fields.Integer(metadata={"description": "The first round that this plan changed, from 1."})
    published_at = Timestamp("When people were told.")
    created_at = Timestamp("When it was asked for.")
    failure = fields.String(
        allow_none=True, metadata={"description": f"{_FOR_ORGANIZERS}Why there is no plan, or no new one."}
    )


_FOR_STAFF = ("may_meet", "forbidden", "progress", "summary", "failure")
_SHOWN = tuple(RoundsSchema._declared_fields)


class PartnerSchema(Schema):
    """Somebody at the same table."""

    member_id = fields.String(metadata={"format": "uuid"})
    name = fields.String(allow_none=True, metadata={"description": "Null where it is hidden, or not known."})
    number = fields.Integer(metadata={"description": "Theirs in this series: on screen for whoever hides their name."})


class SeatSchema(Schema):
    """One round of one person; rounds in which they are not there are left out."""

    round = fields.Integer(metadata={"description": "From 1."})
    starts_at = Timestamp("Its begin.")
    ends_at = Timestamp("Its end.")
    table = fields.String(allow_none=True, metadata={"description": "Null where they sit this round out."})
    bye = fields.Boolean(metadata={"description": "Whether there is nobody for them to meet in this round."})
    partners = fields.List(fields.Nested(PartnerSchema))


class PersonPlanSchema(Schema):
    """Where one person sits in each round."""

    member_id = fields.String(metadata={"format": "uuid"})
    name = fields.String(allow_none=True)
    number = fields.Integer(metadata={"description": "Theirs in this series."})
    left_out = fields.String(
        allow_none=True,
        metadata={
            "description": "Why they miss rounds: `busy` (something else at that time), `gone`, `not_checked_in`, "
            "`not_coming`."
        },
    )
    byes = fields.Integer()
    rounds = fields.List(fields.Nested(SeatSchema))


def series_view(series: RoundSeries, *, staff: bool) -> dict[str, Any]:
    """As RoundsSchema dumps it."""
    hidden = () if staff else _FOR_STAFF
    return {name: getattr(series, name) for name in _SHOWN if name not in hidden}


def plans_view(kept: Store, series: RoundSeries, places: Sequence[RoundPlace], *, staff: bool) -> list[dict[str, Any]]:
    """As PersonPlanSchema dumps them; others' names as far as the caller may read them."""
    beside = kept.round_places.beside(series, places)
    people = people_of(kept, series.tenant, {each.member_id for each in (*places, *beside)}, staff=staff)
    at: defaultdict[tuple[int, int], list[RoundPlace]] = defaultdict(list)
    for place in beside:
        for number, seat in enumerate(place.seats):
            at[number, seat].append(place)
    return [
        {
            **people[place.member_id],
            "number": place.number,
            "left_out": place.left_out,
            "byes": place.byes,
            "rounds": [
                _seat(series, number, seat, [each for each in at[number, seat] if each is not place], people, place)
                for number, seat in enumerate(place.seats)
                if seat != ABSENT
            ],
        }
        for place in places
    ]


def people_of(
    kept: Store, tenant: str, member_ids: Collection[str], *, staff: bool
) -> Mapping[str, Mapping[str, str | None]]:
    """Who each of them is now, by the id they had, and their names as far as the caller may read them."""
    now = kept.merges.survivors(tenant, member_ids)
    ids = set(now.values())
    names = kept.people.names(tenant, ids) if staff else kept.people.names_for_members(tenant, ids)
    return {each: {"member_id": now[each], "name": names.get(now[each])} for each in member_ids}


def _seat(
    series: RoundSeries,
    number: int,
    seat: int,
    table: Sequence[RoundPlace],
    people: Mapping[str, Mapping[str, str | None]],
    place: RoundPlace,
) -> dict[str, Any]:
    bye = seat == BYE
    partners = [] if bye else [each for each in table if each.member_id != place.member_id]
    return {
        "round": number + 1,
        "starts_at": series.begins(number),
        "ends_at": series.ends(number),
        "table": None if bye else series.table_name(seat),
        "bye": bye,
        "partners": [{**people[each.member_id], "number": each.number} for each in partners],
    }
