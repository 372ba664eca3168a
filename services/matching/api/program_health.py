"""How the pairs of a program are doing, for its coordinators: what they would keep in a spreadsheet otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.matching.api.context import store
from services.matching.domain.health import WELL, HealthState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.watch import Watch
from shared.contracts.fields import Choice, Code, Day, Id, One, Record, Timestamp, Whole
from shared.contracts.vocabulary import HEALTH_STATES, MENTORSHIP_STATES
from shared.web import Blueprint, principal, requested, roles

blueprint = Blueprint(
    "program health",
    __name__,
    url_prefix="/v1/programs/<id:program_id>/health",
    description="How the pairs of a program are doing.",
)

_MANY = 10_000_000
_TROUBLED = tuple(state for state in HealthState if state not in WELL)


class PairHealthSchema(Record):
    """A pair by states, dates and numbers: what the two wrote is in none."""

    mentorship_id = Id("The mentorship.", required=True)
    mentor_id = Id("Its mentor.", required=True)
    mentee_id = Id("Its mentee.", required=True)
    state = Choice("Where it stands.", MENTORSHIP_STATES, required=True)
    health = Choice("How it is doing.", HEALTH_STATES, required=True)
    rule = Code("The rule that says so.", required=True)
    since = Timestamp("Since when it is so.", required=True)
    last_contact_at = Timestamp("When they last met.")
    missed_in_a_row = Whole("Sessions missed since.", 0, 100_000, required=True)
    ends_on = Day("When it is to end, as agreed.")
    step = Whole(
        "Who was told in this spell of trouble: 1 the mentee, 2 both, 3 the coordinators, by a task; 0 nobody.",
        0,
        3,
        required=True,
    )
    next_step_at = Timestamp("When the next one is, unless something happens before.")


class HealthCountsSchema(Record):
    """Live pairs that are not on hold, by state of health."""

    new = Whole("Paired lately.", 0, _MANY, required=True)
    on_track = Whole("They meet.", 0, _MANY, required=True)
    quiet = Whole("They have not met for longer than agreed.", 0, _MANY, required=True)
    at_risk = Whole("Not for far longer; or unsigned for long, or sessions missed in a row.", 0, _MANY, required=True)
    overdue = Whole("Past the agreed end, and neither completed nor extended.", 0, _MANY, required=True)


class ProgramHealthSchema(Record):
    """The pairs in numbers, beside those on this page."""

    counts = One("All live pairs by state of health.", HealthCountsSchema, required=True)


class HealthFilterSchema(Record):
    """Which of them."""

    health = Choice("Those that are so; quiet, at risk and overdue ones unless given.", HEALTH_STATES)


@dataclass(frozen=True, slots=True)
class ProgramHealth:
    """What the view returns."""

    counts: Mapping[HealthState, int]
    items: Sequence[Mapping[str, Any]]
    next: str | None


@blueprint.get("")
@roles("coordinator")
@blueprint.arguments(HealthFilterSchema, location="query")
@blueprint.page(PairHealthSchema, beside=ProgramHealthSchema)
def index(which: dict[str, Any], program_id: str) -> ProgramHealth:
    """Says how many pairs are doing how, and lists those that want attention.

    Kept as it changes: by what happens between the two within a second, by a date when it comes.
    """
    tenant = principal().tenant
    store().programs.get(tenant, program_id)
    wanted = requested()
    states = _TROUBLED if which.get("health") is None else (HealthState(which["health"]),)
    found = store().watches.in_states(tenant, program_id, states, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda watch: watch.id)
    pairs = store().mentorships.by_id(tenant, [watch.mentorship_id for watch in page.items])
    shown = [_shown(watch, pairs[watch.mentorship_id]) for watch in page.items]
    return ProgramHealth(store().watches.counts(tenant, program_id), shown, page.next)


def _shown(watch: Watch, mentorship: Mentorship) -> Mapping[str, Any]:
    return {
        "mentorship_id": mentorship.id,
        "mentor_id": mentorship.mentor_id,
        "mentee_id": mentorship.mentee_id,
        "state": mentorship.state,
        "health": watch.state,
        "rule": watch.rule,
        "since": watch.since,
        "last_contact_at": mentorship.last_contact_at,
        "missed_in_a_row": mentorship.missed_in_a_row,
        "ends_on": mentorship.ends_on,
        "step": watch.step.value,
        "next_step_at": watch.next_step_at,
    }
