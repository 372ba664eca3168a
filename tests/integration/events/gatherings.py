"""Topics at an event where people may meet: who hosts, who joins, who waits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from shared.clock import rfc3339
from tests.integration.events.conftest import Told
from tests.integration.events.encounters import FIRST, Encounters


class Gatherings(Encounters):
    """An event whose attendees host topics."""

    def host(self, member: str, *, at: timedelta = timedelta(), **fields: Any) -> TestResponse:
        """At the first slot's start, or so much later, unless `fields` name a slot."""
        when = {} if "slot_id" in fields else {"starts_at": rfc3339(FIRST + at)}
        body = {"title": "Writing grants", **when, **fields}
        return self.bench.call("POST", f"/v1/events/{self.event_id}/topics", "member", member=member, json=body)

    def hosted(self, member: str, *, at: timedelta = timedelta(), **fields: Any) -> str:
        answer = self.host(member, at=at, **fields)
        assert answer.status_code == 201, answer.get_data()
        found: str = answer.get_json()["id"]
        return found

    def topics(self, member: str | None) -> list[str]:
        """The ids of those that the member is shown; None: an organizer."""
        path, role = f"/v1/events/{self.event_id}/topics", "organizer" if member is None else "member"
        answer = self.bench.call("GET", path, role, member=member)
        assert answer.status_code == 200, answer.get_data()
        return [each["id"] for each in answer.get_json()["items"]]

    def topic(self, topic_id: str, member: str | None = None) -> dict[str, Any]:
        role = "organizer" if member is None else "member"
        answer = self.bench.call("GET", f"/v1/topics/{topic_id}", role, member=member)
        assert answer.status_code == 200, answer.get_data()
        found: dict[str, Any] = answer.get_json()
        return found

    def do(self, verb: str, topic_id: str, member: str | None) -> TestResponse:
        role = "organizer" if member is None else "member"
        return self.bench.call("POST", f"/v1/topics/{topic_id}/{verb}", role, member=member)

    def joined(self, topic_id: str, *members: str) -> list[str | None]:
        """What each of them has after joining, one after the other."""
        found = []
        for each in members:
            answer = self.do("join", topic_id, each)
            assert answer.status_code == 200, answer.get_data()
            found.append(answer.get_json()["own"])
        return found

    def left(self, topic_id: str, member: str) -> None:
        answer = self.do("leave", topic_id, member)
        assert answer.status_code == 200, answer.get_data()

    def patch(self, topic_id: str, member: str | None, **fields: Any) -> TestResponse:
        role, headers = "organizer" if member is None else "member", fields.pop("headers", {})
        return self.bench.call("PATCH", f"/v1/topics/{topic_id}", role, member=member, json=fields, headers=headers)

    def moved(self, topic_id: str, member: str, at: timedelta) -> dict[str, Any]:
        answer = self.patch(topic_id, member, starts_at=rfc3339(FIRST + at))
        assert answer.status_code == 200, answer.get_data()
        found: dict[str, Any] = answer.get_json()
        return found

    def inside(self, topic_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Who has a place, and who waits, in order."""
        shown = self.topic(topic_id)
        return shown["member_ids"], shown["waitlist_ids"]

    def news(self, topic_id: str, change: str | None = None) -> list[tuple[str, list[str]]]:
        """What was told of the topic: the change and whom it concerns."""
        return [
            (each.data["change"], each.data["concerns_ids"])
            for each in self.messages(topic_id)
            if change is None or each.data["change"] == change
        ]

    def messages(self, topic_id: str) -> list[Told]:
        return [each for each in self.bench.told("topic.") if each.key == topic_id]
