"""Tickets are cancelled at the ticket system, and the platform follows."""

from datetime import UTC, datetime

from cli.demo.play import Play
from cli.demo.steps.gathering import registrations
from cli.demo.steps.letters import mails_tell_all, wait_for_inbox
from cli.demo.ticket_shop import cancelled

_WHO = "Chen"
_FIRST, _LAST = "THDM7", "GLEBS"


def cancel_one_of_two_tickets(play: Play) -> None:
    """One live ticket beats any number of cancelled ones."""
    person = play.people[_WHO]
    _cancel(play, _FIRST, still_attending=True)
    statuses = sorted(each["status"] for each in registrations(play) if each["member_id"] == person.id)
    play.require("one cancelled and one confirmed registration", statuses == ["cancelled", "confirmed"], statuses)
    play.screen.seen(f"{_WHO} still attends, by the other ticket")


def cancel_the_last_ticket(play: Play) -> None:
    """The seat is free, the enrollment withdrawn, and the person told; a mentorship that lives goes on."""
    person = play.people[_WHO]
    _cancel(play, _LAST, still_attending=False)
    play.expect("enrollment.withdrawn", member_id=person.id, program_id=play.program_id)
    wait_for_inbox(play, _WHO, ("registration.cancelled", "enrollment.withdrawn"))
    mails_tell_all(play, _WHO)
    (accepted, *_) = play.expect("request.accepted", mentee_id=person.id)
    mentorship = person.get("matching", f"/v1/mentorships/{(accepted.data or {})['mentorship_id']}")
    play.require("the mentorship goes on", mentorship["state"] == "agreement_pending", mentorship["state"])
    play.screen.seen(f"{_WHO} left the event and its program, and was told by inbox and mail; the mentorship goes on")


def _cancel(play: Play, code: str, *, still_attending: bool) -> None:
    play.screen.act(f"The ticket system cancels {_WHO}'s order {code}")
    play.shop.publish([cancelled(play.orders[code], datetime.now(UTC))])
    play.expect(
        "registration.cancelled",
        event_id=play.event_id,
        source_registration_id=f"{code}-1",
        member_id=play.people[_WHO].id,
        attending=still_attending,
    )
