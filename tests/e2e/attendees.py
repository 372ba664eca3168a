"""People who came to an event with tickets of a system outside, and take part in its program."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.clock import rfc3339
from tests.e2e.association import Association
from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually

TICKETS: Mapping[str, Mapping[str, Any]] = {
    "ada": {"mentoring": ["mentee"]},
    "ben": {"mentoring": ["mentor"], "goals": ["Teach navigation through winter storms"]},
    "cleo": {"mentoring": ["mentor"], "goals": ["Teach bookkeeping and audits"]},
}
ORGANIZATIONS = {"ada": "Harbor Authority", "ben": "Harbor Authority", "cleo": "Shipyard"}


@dataclass(frozen=True, slots=True)
class Attendees:
    """Ada looks for a mentor in the event's program, Ben and Cleo offer to be one. All three are there `now`, hours
    after the event's beginning and before its end."""

    association: Association
    now: datetime
    event: str
    program: str
    ada: str
    ben: str
    cleo: str

    def at(self, hours: int) -> str:
        """So many from now; before it where they are below 0."""
        return rfc3339(self.now + timedelta(hours=hours))

    def recommended(self) -> Mapping[str, dict[str, Any]]:
        """The mentors that Ada is shown, the best first."""
        path = f"/v1/programs/{self.program}/recommendations"
        return {each["mentor_id"]: each for each in self.association.call(self.ada, "GET", path)["items"]}

    def parts(self, name: str) -> Mapping[str, float | None]:
        """How well each of these fits in one respect; None where nothing is known of it."""
        return {mentor: shown["parts"].get(name) for mentor, shown in self.recommended().items()}

    def events(self, who: str, method: str, path: str, body: object = None) -> Any:
        return self.association.call(who, method, path, body, service="events")


def attendees(platform: Running) -> Attendees:
    """From their tickets to their places in the program."""
    now = datetime.now(UTC).replace(microsecond=0)
    found = gathering(platform, (now - timedelta(hours=4), now + timedelta(hours=8)))
    association = Association(platform, found.tenant, found.organizer)
    program = association.program(kind="event", event_id=found.event_id)
    for name, ticket in TICKETS.items():
        person = {"email": f"{name}@example.org", "given_name": name.title(), "family_name": "Sailor"}
        person["organization"] = ORGANIZATIONS[name]
        found.outside.binary(record(found.source_event_id, name, person=person, checked_in_at=rfc3339(now), **ticket))
    ada, ben, cleo = (found.linked(name)["member_id"] for name in TICKETS)

    def enrolled() -> bool:
        places = association.coordinator("GET", f"/v1/programs/{program}/enrollments")["items"]
        return {each["member_id"] for each in places if each["state"] == "approved"} == {ada, ben, cleo}

    eventually(enrolled)
    return Attendees(association, now, found.event_id, program, ada, ben, cleo)
