"""`programs.v1`: every mentoring program in full, one object per cycle."""

from shared.contracts.fields import ByName, Choice, Day, Free, Id, Line, Many, One, Record, Text, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import SMALL, Topic, compacted
from shared.contracts.vocabulary import ORGANIZATION_RULES, PROGRAM_FORMATS, PROGRAM_KINDS, PROGRAM_STATES, WEIGHTS

TOPIC = Topic(
    "programs.v1",
    "Every mentoring program in full, from its opening on.",
    ("matching",),
    compacted(),
    partitions=SMALL,
)


class ProgramRules(Record):
    """Hard rules on who may be paired. A rule left out does not apply."""

    organization = Choice("Whether the two share an organization.", ORGANIZATION_RULES)
    shared_language_level = Whole("A language both speak at this level or better.", 1, 5)
    overlap_minutes = Whole("Least weekly overlap of their availability.", 0, 7 * 24 * 60)
    seniority_gap = Many(
        "Least and most that the mentor's seniority exceeds the mentee's.",
        Whole("A difference of seniority.", -4, 4, required=True),
        2,
        fewest=2,
    )
    groups = Many("Only members of one of these.", Id("A group.", required=True), 500)
    not_paired_in_cycles = Whole("Not paired before in so many cycles of the series.", 0, 100)


class ProgramWeights(Record):
    """How much each part of a score counts: off, low 1, medium 2, high 3; mandatory: 3, and never zero."""

    skills = Choice("Sought skills that the mentor offers.", WEIGHTS)
    goals = Choice("How the goals fit.", WEIGHTS)
    availability = Choice("Overlap of availability.", WEIGHTS)
    languages = Choice("Shared languages.", WEIGHTS)
    seniority = Choice("Distance in seniority.", WEIGHTS)
    industry = Choice("The same industry.", WEIGHTS)
    organization = Choice("The organization, as the rule prefers.", WEIGHTS)
    met = Choice("Met, or were at the same event.", WEIGHTS)
    preference = Choice("Preferences the two stated.", WEIGHTS)


class Program(Record):
    """A mentoring program in full: one object is one cycle."""

    id = Id("The program.", required=True)
    name = Line("What it is called.", 200, shortest=1, required=True)
    description = Text("What it is about.", 10_000)
    series = Line("Joins the cycles of one program.", 100)
    kind = Choice("How it runs; an event program enrolls attendees who opted in.", PROGRAM_KINDS, required=True)
    format = Choice("How people are put together.", PROGRAM_FORMATS, required=True)
    event_id = Id("The event of an event program.")
    state = Choice("Where it stands.", PROGRAM_STATES, required=True)
    starts_on = Day("First day.")
    ends_on = Day("Last day.")
    rules = One("Hard rules.", ProgramRules)
    weights = One("What counts how much; those left out have their default.", ProgramWeights)
    settings = ByName("Numbers and switches that this program changes, by name.", Free("A setting."), 100)
    coordinator_ids = Many("Staff who get its tasks.", Id("A member.", required=True), 100)


TYPES = (
    message_type("program.opened.v1", TOPIC, Program, "A program takes enrollments."),
    message_type(
        "program.updated.v1", TOPIC, Program, "A program changed, closed, began, was cancelled, or is announced again."
    ),
    message_type("program.completed.v1", TOPIC, Program, "A program is over."),
)
