"""The steps of the story, in the order of their telling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cli.demo.play import Play
from cli.demo.steps.cancellation import cancel_one_of_two_tickets, cancel_the_last_ticket
from cli.demo.steps.gathering import announce_event, enroll_attendees, open_program, register_members, sell_tickets
from cli.demo.steps.letters import read_inboxes, read_mails
from cli.demo.steps.pairing import ask_and_accept, match_review_publish, say_goals
from cli.demo.steps.relationship import complete_milestone, meet, sign_agreement, thank


@dataclass(frozen=True, slots=True)
class Step:
    """`play` returns once everything it promises was seen, and raises NotSeen otherwise."""

    title: str
    play: Callable[[Play], None]


STORY: Sequence[Step] = (
    Step("The association registers two of its members", register_members),
    Step("An organizer announces an event", announce_event),
    Step("A coordinator opens the event's mentoring program", open_program),
    Step("A ticket system publishes its attendees: registrations and members", sell_tickets),
    Step("Attendees who opted in are enrolled", enroll_attendees),
    Step("Mentees say what they are working toward", say_goals),
    Step("A match run is computed, reviewed and published", match_review_publish),
    Step("Somebody asks a mentor, who accepts", ask_and_accept),
    Step("An agreement is proposed and signed by both", sign_agreement),
    Step("A session is proposed, confirmed and held", meet),
    Step("A milestone is reached", complete_milestone),
    Step("Thanks are said", thank),
    Step("Each person's inbox tells it", read_inboxes),
    Step("So does the mail", read_mails),
    Step("One of two tickets of a person is cancelled", cancel_one_of_two_tickets),
    Step("Then the other one", cancel_the_last_ticket),
)
