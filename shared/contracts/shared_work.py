"""What mentor and mentee do: sessions and milestones."""

from shared.contracts.fields import Choice, Day, Flag, Id, Line, Many, Timestamp, Whole
from shared.contracts.relationship import Relationship
from shared.contracts.vocabulary import ATTENDANCES, FORMATS, MILESTONE_STATES, SESSION_STATES


class Session(Relationship):
    """A meeting of mentor and mentee. Its calendar UID is its id; the place stays private."""

    id = Id("The session.", required=True)
    state = Choice("Where it stands.", SESSION_STATES, required=True)
    starts_at = Timestamp("Its start.", required=True)
    duration_minutes = Whole("How long.", 1, 24 * 60, required=True)
    sequence = Whole("Rises with every change of time or place: iCalendar's SEQUENCE.", 0, 100_000, required=True)
    format = Choice("How they meet.", FORMATS)
    proposed_by_id = Id("Who proposed it, or its present time.", required=True)
    action_count = Whole("How many actions they agreed on.", 0, 1000)
    attendance = Choice(
        "Of one held or missed, whether the two agree on it, or the other may still say otherwise.",
        ATTENDANCES,
    )


class SessionChanged(Session):
    """A session whose time or place moved."""

    previous_starts_at = Timestamp("When it was to start.", required=True)
    changed_by_id = Id("Who moved it.", required=True)


class SessionMissed(Session):
    """A session that did not take place."""

    missed_by = Many("Who did not come.", Id("A member.", required=True), 2, fewest=1, required=True)


class SessionCancelled(Session):
    """A session called off."""

    cancelled_by_id = Id("Who called it off; null when the mentorship's end did.", required=True, nullable=True)
    late = Flag("Whether it was shortly before the start.", required=True)


class Milestone(Relationship):
    """A step the mentee is to reach. Its title stays private."""

    id = Id("The milestone.", required=True)
    state = Choice("Where it stands.", MILESTONE_STATES, required=True)
    due_on = Day("By when.")
    skill_id = Line("The concept of the skill taxonomy it is about; a free label does not travel.", 200, shortest=1)
    level = Whole("The skill level the mentee gives themselves now, 1-5.", 1, 5)
    completed_at = Timestamp("When it was reached.")
