"""What the pair of the match run does together."""

from datetime import UTC, datetime, timedelta

from cli.demo.people import Person
from cli.demo.play import Play
from shared.clock import rfc3339


def sign_agreement(play: Play) -> None:
    """The mentor writes it, both sign the same version."""
    mentor, mentee = _pair(play)
    path = f"/v1/mentorships/{play.mentorship_id}/agreement"
    play.screen.act(f"{mentor.name} proposes an agreement")
    proposed = mentor.put(
        "matching",
        path,
        {
            "goals": ["Lead a team of five by summer"],
            "format": "video",
            "frequency": "biweekly",
            "duration_weeks": 24,
            "boundaries": "No messages at the weekend.",
            "confidentiality": "What is said here stays here.",
        },
    )
    version = proposed["agreement"]["version"]
    play.expect("agreement.proposed", mentorship_id=play.mentorship_id, version=version)
    for person in (mentor, mentee):
        play.screen.act(f"{person.name} signs")
        person.post("matching", f"{path}/sign", {"version": version})
    play.expect("agreement.signed", 2, mentorship_id=play.mentorship_id, version=version)
    play.expect("mentorship.activated", mentorship_id=play.mentorship_id)
    play.screen.seen("The mentorship is active")


def meet(play: Play) -> None:
    """Proposed by the mentee, confirmed by the mentor, and afterwards said to have taken place."""
    mentor, mentee = _pair(play)
    path = f"/v1/mentorships/{play.mentorship_id}/sessions"
    starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    play.screen.act(f"{mentee.name} proposes to meet")
    session = mentee.post(
        "matching", path, {"starts_at": rfc3339(starts_at), "duration_minutes": 45, "format": "video"}
    )["id"]
    play.expect("session.proposed", id=session)
    play.screen.act(f"{mentor.name} confirms")
    mentor.patch("matching", f"{path}/{session}", {"state": "confirmed"})
    play.expect("session.confirmed", id=session)
    play.screen.act("Two days later (the story does not wait) they have met, and note what to do next")
    actions = ["Shadow two interviews", "Write the first review"]
    mentee.patch("matching", f"{path}/{session}", {"state": "held", "actions": actions})
    play.expect("session.held", id=session)
    play.screen.seen("The session is held")


def complete_milestone(play: Play) -> None:
    """With a skill: the mentee rates it anew."""
    _, mentee = _pair(play)
    path = f"/v1/mentorships/{play.mentorship_id}/milestones"
    play.screen.act(f"{mentee.name} sets a milestone and, later, completes it")
    milestone = mentee.post("matching", path, {"title": "Run a retrospective", "skill": "leadership"})["id"]
    play.expect("milestone.set", id=milestone)
    done = {"state": "completed", "evidence": "The team asked for the next one.", "level": 3}
    mentee.patch("matching", f"{path}/{milestone}", done)
    play.expect("milestone.completed", id=milestone)
    play.screen.seen("The milestone is reached")


def thank(play: Play) -> None:
    """The text stays with the two: the message says only who thanked whom."""
    mentor, mentee = _pair(play)
    play.screen.act(f"{mentee.name} thanks {mentor.name}")
    text = "You asked the question nobody else did."
    mentee.post("matching", f"/v1/mentorships/{play.mentorship_id}/appreciations", {"text": text, "public": True})
    (sent, *_) = play.expect("appreciation.sent", mentorship_id=play.mentorship_id, to_id=mentor.id)
    play.require("no word of the thanks on the topic", text not in str(sent.data), sent.data)
    play.screen.seen(f"{mentor.name} is thanked; no word of it travels")


def _pair(play: Play) -> tuple[Person, Person]:
    (started, *_) = play.expect("mentorship.started", mentorship_id=play.mentorship_id)
    data = started.data or {}
    return play.member(data["mentor_id"]), play.member(data["mentee_id"])
