"""`mentorships.v1`: what happens between a mentor and a mentee.

Every message carries `mentorship_id`, `program_id` and both member ids; a thing inside a mentorship has its own `id`.
What the two write to each other (goals, titles, notes, boundaries, thanks, feedback) never travels. The classes are
in `relationship`, `shared_work` and `exchange`; this module says which type is which.
"""

from shared.contracts.exchange import (
    Appreciation,
    FeedbackRequested,
    FeedbackRevealed,
    HealthChanged,
    Introduction,
    NudgeDue,
    SharedItem,
    TaskCreated,
)
from shared.contracts.message_type import message_type
from shared.contracts.relationship import (
    Agreement,
    Mentorship,
    MentorshipEnded,
    MentorshipExtended,
)
from shared.contracts.shared_work import Milestone, Session, SessionCancelled, SessionChanged, SessionMissed
from shared.contracts.topic import Topic, kept

TOPIC = Topic("mentorships.v1", "What happens between a mentor and a mentee.", ("matching",), kept(days=400))

TYPES = (
    message_type("mentorship.started.v1", TOPIC, Mentorship, "Two people are paired; the agreement comes next."),
    message_type("mentorship.activated.v1", TOPIC, Mentorship, "Both signed: it is under way."),
    message_type("mentorship.paused.v1", TOPIC, Mentorship, "It is on hold."),
    message_type("mentorship.resumed.v1", TOPIC, Mentorship, "It goes on."),
    message_type("mentorship.extended.v1", TOPIC, MentorshipExtended, "Both accepted a later end."),
    message_type("mentorship.completing.v1", TOPIC, Mentorship, "Its end has come: closing feedback is asked for."),
    message_type("mentorship.completed.v1", TOPIC, Mentorship, "It came to its good end."),
    message_type("mentorship.ended.v1", TOPIC, MentorshipEnded, "It ended early, without fault."),
    message_type("agreement.proposed.v1", TOPIC, Agreement, "A new version of the agreement awaits both signatures."),
    message_type("agreement.signed.v1", TOPIC, Agreement, "One of the two signed; `complete` when both have."),
    message_type("session.proposed.v1", TOPIC, Session, "One of the two proposes to meet."),
    message_type("session.confirmed.v1", TOPIC, Session, "They will meet."),
    message_type("session.changed.v1", TOPIC, SessionChanged, "The time or place moved."),
    message_type("session.held.v1", TOPIC, Session, "They met."),
    message_type("session.missed.v1", TOPIC, SessionMissed, "One of them, or both, did not come."),
    message_type("session.cancelled.v1", TOPIC, SessionCancelled, "They will not meet."),
    message_type("milestone.set.v1", TOPIC, Milestone, "They set a milestone."),
    message_type("milestone.updated.v1", TOPIC, Milestone, "A milestone changed or was dropped."),
    message_type("milestone.completed.v1", TOPIC, Milestone, "A milestone is reached."),
    message_type("feedback.requested.v1", TOPIC, FeedbackRequested, "A member is asked for feedback."),
    message_type("feedback.revealed.v1", TOPIC, FeedbackRevealed, "Both may now read what the other wrote."),
    message_type("appreciation.sent.v1", TOPIC, Appreciation, "One thanks the other."),
    message_type("appreciation.published.v1", TOPIC, Appreciation, "Both agreed to show it, or no more."),
    message_type("introduction.offered.v1", TOPIC, Introduction, "A mentor would introduce the mentee to somebody."),
    message_type("introduction.accepted.v1", TOPIC, Introduction, "That person agreed."),
    message_type("introduction.declined.v1", TOPIC, Introduction, "That person would rather not."),
    message_type("resource.shared.v1", TOPIC, SharedItem, "A resource for a mentee or a whole program."),
    message_type("opportunity.shared.v1", TOPIC, SharedItem, "A job, project or collaboration, likewise."),
    message_type("nudge.due.v1", TOPIC, NudgeDue, "A quiet relationship deserves a word."),
    message_type("task.created.v1", TOPIC, TaskCreated, "Somebody, often a coordinator, has something to do."),
    message_type("health.changed.v1", TOPIC, HealthChanged, "How the relationship is doing changed."),
)
