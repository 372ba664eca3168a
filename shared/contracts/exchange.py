"""What mentor and mentee give each other, and what the platform asks of them and of coordinators."""

from shared.contracts.fields import Choice, Code, Day, Flag, Id, Many, Record, Timestamp, Whole
from shared.contracts.relationship import Relationship
from shared.contracts.vocabulary import HEALTH_STATES


class FeedbackRequested(Relationship):
    """A member is asked for feedback."""

    id = Id("The survey.", required=True)
    member_id = Id("Who is asked.", required=True)
    kind = Code(
        "Which survey: `session`, `midpoint`, `close`, `early_end`; `impact_90`, `impact_180`: what has come of it; or "
        "`attendance`: who was at a session.",
        required=True,
    )
    session_id = Id("The session it is about.")
    due_at = Timestamp("Until when.")
    starts_at = Timestamp("When that session was to begin.")
    no_show_minutes = Whole("Minutes after its start from which who is not there is missing.", 1, 240)
    answered = Flag("Whether the other one has said who was there; silence until `due_at` agrees, where it is said.")
    disputed = Flag("Whether the two say different things of it; either may give way.")


class FeedbackRevealed(Relationship):
    """Both wrote, or the time is over: each may read the other's feedback."""

    id = Id("The survey.", required=True)
    kind = Code("Which survey.", required=True)
    written_by = Many("Who wrote.", Id("A member.", required=True), 2, fewest=1, required=True)


class Appreciation(Relationship):
    """One of the two thanks the other. The text stays private."""

    id = Id("The appreciation.", required=True)
    from_id = Id("Who thanks.", required=True)
    to_id = Id("Who is thanked.", required=True)
    public = Flag("Whether it is shown on the receiver's profile: by consent of both.", required=True)
    kind = Code("`thanks`, or `progress`: what has come of a mentorship; `thanks` unless said.")
    by_id = Id("Who agreed last to show it, or took that back.")


class Introduction(Relationship):
    """The mentor introduces the mentee to a third person, who must agree."""

    id = Id("The introduction.", required=True)
    introduced_to_id = Id("The third person.", required=True)
    offered_by_id = Id("Who introduces.", required=True)


class SharedItem(Record):
    """A resource or an opportunity, for one mentee or, without `mentorship_id`, a whole program."""

    id = Id("The resource or opportunity.", required=True)
    program_id = Id("The program.", required=True)
    shared_by_id = Id("Who shares it.", required=True)
    kind = Code(
        "What it is: `link`, `document`, `book`, `job`, `project`, `collaboration`, `other`; `announcement` where "
        "staff say something to the whole program."
    )
    mentorship_id = Id("The mentorship it is for.")
    mentor_id = Id("Its mentor.")
    mentee_id = Id("Its mentee.")


class NudgeDue(Relationship):
    """A word to those who have gone quiet: to the mentee first, later to both."""

    id = Id("The nudge.", required=True)
    step = Whole("1: to the mentee; 2: to both.", 1, 10, required=True)
    member_ids = Many("Whom it goes to.", Id("A member.", required=True), 2, fewest=1, required=True)
    rule = Code("Which rule fired, as `no_session`.", required=True)


class TaskCreated(Record):
    """Something to do, for a coordinator of the program or for members."""

    id = Id("The task.", required=True)
    kind = Code(
        "What: `quiet_mentorship`, `unanswered_list`, `rematch`, `merged_pair`, `plan_item`, `first_request`.",
        required=True,
    )
    program_id = Id("The program.", required=True)
    assignee_ids = Many("Who is to do it: coordinators, or members of the pair.", Id("A member.", required=True), 100)
    mentorship_id = Id("The mentorship it is about.")
    mentor_id = Id("Its mentor.")
    mentee_id = Id("Its mentee, or the mentee it is about.")
    due_on = Day("By when.")
    reason = Code("Which rule made it.")


class HealthChanged(Relationship):
    """How a relationship is doing, by the rule that fired."""

    health = Choice("How it is doing now.", HEALTH_STATES, required=True)
    previous = Choice("How it was doing.", HEALTH_STATES)
    rule = Code("Which rule fired, as `unsigned_14_days`.", required=True)
    last_contact_at = Timestamp("When they last met.")
    coordinator_ids = Many("Staff of the program, who are told where it is grave.", Id("A member.", required=True), 100)
