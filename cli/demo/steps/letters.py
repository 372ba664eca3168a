"""What each person finds in the inbox and in the mail."""

from collections import Counter
from collections.abc import Mapping, Sequence

from cli.demo.http import Json
from cli.demo.lineage import short_kind
from cli.demo.people import Person
from cli.demo.play import Play, items

_ATTENDEE = ("registration.confirmed",)
_ENROLLED = (*_ATTENDEE, "enrollment.approved")
_TOGETHER = ("mentorship.started", "mentorship.activated", "session.confirmed", "session.held", "milestone.completed")
_BY_PART: Mapping[str, Sequence[str]] = {
    "mentor": (*_TOGETHER, "session.proposed", "appreciation.sent"),
    "mentee": (*_TOGETHER, "agreement.proposed", "agreement.signed"),
}
_SOON_SETTLED = frozenset({"session.proposed"})
_WITHOUT_ADDRESS = "Farid"
_BUYER = "office@example.org"


def read_inboxes(play: Play) -> None:
    """Everybody is told what concerns them."""
    for name, expected in _expected(play).items():
        wait_for_inbox(play, name, expected)
        for item in reversed(inbox(play.people[name])):
            play.screen.seen(f"{name}: {item['title']}")


def read_mails(play: Play) -> None:
    """Everything in the inbox also came by mail, to whoever has an address; never to the buyer of another's ticket."""
    play.expect("notification.failed", member_id=play.people[_WITHOUT_ADDRESS].id, reason="no_address")
    counts = []
    for name in (name for name in _expected(play) if name != _WITHOUT_ADDRESS):
        mails_tell_all(play, name)
        mails = play.mails.to(address(play, name))
        counts.append((name, address(play, name), str(len(mails)), mails[-1]["subject"]))
    play.screen.rows(("who", "address", "mails", "the last one"), counts)
    play.require(f"no mail to {_BUYER}, who bought another's ticket", not play.mails.to(_BUYER), "mail")
    play.screen.seen(f"{_WITHOUT_ADDRESS} has no address: told in the inbox only, and nothing went to {_BUYER}")


def wait_for_inbox(play: Play, name: str, expected: Sequence[str]) -> None:
    """Waits until these kinds are in the person's inbox. Raises NotSeen."""
    person = play.people[name]
    what = f"{', '.join(expected)} in the inbox of {name}"
    play.until(what, lambda: set(expected) <= set(kinds(person)), lambda: ", ".join(kinds(person)))


def mails_tell_all(play: Play, name: str) -> None:
    """Waits until each item of the inbox was also mailed. Raises NotSeen.

    But for what asked for something that was settled before its mail went out.
    """
    person = play.people[name]

    def missing() -> Counter[str]:
        mailed = Counter(mail["subject"] for mail in play.mails.to(address(play, name)))
        wanted = [item for item in inbox(person) if short_kind(item["type"]) not in _SOON_SETTLED]
        return Counter(item["title"] for item in wanted) - mailed

    play.until(f"all of {name}'s inbox in the mail", lambda: not missing(), lambda: f"without {dict(missing())}")


def inbox(person: Person) -> Sequence[Json]:
    """The person's notifications, newest first."""
    return items(person.get("notifications", "/v1/inbox?limit=200"))


def kinds(person: Person) -> list[str]:
    """The kinds of the person's notifications, newest first."""
    return [short_kind(item["type"]) for item in inbox(person)]


def address(play: Play, name: str) -> str:
    """Where mail reaches the person, as profiles knows it."""
    found: str = play.coordinator.get("profiles", f"/v1/members/{play.people[name].id}")["email"]
    return found


def _expected(play: Play) -> Mapping[str, Sequence[str]]:
    (started, *_) = play.expect("mentorship.started", mentorship_id=play.mentorship_id)
    (asked, *_) = play.expect("request.accepted")
    data, request = started.data or {}, asked.data or {}
    expected: dict[str, tuple[str, ...]] = {
        "Ada": _ENROLLED,
        "Bruno": _ENROLLED,
        "Chen": (*_ENROLLED, "request.accepted", "mentorship.started"),
        "Dana": _ENROLLED,
        "Farid": _ATTENDEE,
        "Grace": _ATTENDEE,
    }
    for part, more in _BY_PART.items():
        expected[play.member(data[f"{part}_id"]).name] += tuple(more)
    expected[play.member(request["mentor_id"]).name] += ("request.sent",)
    return expected
