"""Members that are registered by hand, and what the clients need of an event and a program."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.ids import new_id
from tests.faults.clients.good_client import GoodClient

SEATS = 4
MENTEES_AT_ONCE = 2
"""That a mentor takes."""

_GUESTS, _MENTORS, _MENTEES, _OTHERS = 10, 5, 10, 3


@dataclass(frozen=True, slots=True)
class People:
    """Who does what; nobody does two things. `event` has few seats, `program` few mentors."""

    guests: Sequence[str]
    mentors: Sequence[str]
    mentees: Sequence[str]
    others: Sequence[str]
    """Who change what they say of themselves."""
    event: str
    program: str

    @property
    def all(self) -> frozenset[str]:
        return frozenset((*self.guests, *self.mentors, *self.mentees, *self.others))


def gather(client: GoodClient) -> People:
    """Registers, publishes, opens and enrolls all of it."""
    guests, mentors, mentees, others = (
        [_registered(client, f"{what} {number}") for number in range(count)]
        for what, count in (("Guest", _GUESTS), ("Mentor", _MENTORS), ("Mentee", _MENTEES), ("Other", _OTHERS))
    )
    staff = new_id()
    event = client.until_good(
        staff,
        "POST",
        "events",
        "/v1/events",
        {
            "name": "Dinner",
            "starts_at": "2099-06-04T17:00:00Z",
            "ends_at": "2099-06-04T21:00:00Z",
            "time_zone": "Europe/Rome",
            "capacity": SEATS,
        },
        "organizer",
    )["id"]
    client.until_good(staff, "POST", "events", f"/v1/events/{event}/publish", None, "organizer")
    program = client.until_good(
        staff,
        "POST",
        "matching",
        "/v1/programs",
        {"name": "Mentoring", "kind": "evergreen", "format": "one_to_one", "settings": {"goal_required": False}},
        "coordinator",
    )["id"]
    client.until_good(staff, "POST", "matching", f"/v1/programs/{program}/open", None, "coordinator")
    for role, members, capacity in (("mentor", mentors, MENTEES_AT_ONCE), ("mentee", mentees, 1)):
        for member in members:
            body = {"member_id": member, "role": role, "capacity": capacity}
            path = f"/v1/programs/{program}/enrollments"
            client.until_good(staff, "POST", "matching", path, body, "coordinator")
    return People(guests, mentors, mentees, others, event, program)


def _registered(client: GoodClient, name: str) -> str:
    body = {"given_name": name, "family_name": "By Hand"}
    member: str = client.until_good(new_id(), "POST", "profiles", "/v1/members", body, "coordinator")["id"]
    return member
