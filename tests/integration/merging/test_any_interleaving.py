"""Merges and their undoing, amid whatever else happens, in whatever order it is heard: the four services agree."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.matching.domain.mentorship import LIVE
from services.matching.domain.request import OPEN
from tests.backends import Backends
from tests.conftest import own_settings
from tests.examples import tried
from tests.integration.merging.four_services import FAR, TENANT, FourServices, Lane

PEOPLE = 5
people = st.integers(0, PEOPLE - 1)
LIVE_STATES = [each.value for each in LIVE]
OPEN_STATES = [each.value for each in OPEN]


class Merging(RuleBasedStateMachine):
    """A few members with tickets, registrations, enrollments and mentorships, who turn out to be each other."""

    world: ClassVar[FourServices]

    @initialize(capacity=st.sampled_from([None, 2]))
    def begin(self, capacity: int | None) -> None:
        self.world.forget()
        self.day = 0
        self.members = [
            self._made("profiles", "/v1/members", self._profile(number), "coordinator") for number in range(PEOPLE)
        ]
        settings = {"goal_required": False}
        program = {"name": "Spring", "kind": "cohort", "format": "one_to_one", "settings": settings}
        self.program = self._made("matching", "/v1/programs", program, "coordinator")
        self._call("matching", "POST", f"/v1/programs/{self.program}/open", "coordinator")
        event = {"name": "Summit", "starts_at": FAR, "ends_at": "2099-05-05T07:00:00Z", "time_zone": "Europe/Rome"}
        event |= {"sources": [{"source": "pretix", "source_event_id": "summit"}], "capacity": capacity}
        self.event = self._made("events", "/v1/events", event, "organizer")
        self._call("events", "POST", f"/v1/events/{self.event}/publish", "organizer")
        self.world.settle(lambda lanes: lanes[0])

    @rule(away=people, into=people)
    def they_are_merged(self, away: int, into: int) -> None:
        body = {"into": self.members[into]}
        self._call("profiles", "POST", f"/v1/members/{self.members[away]}/merge", "coordinator", body=body)

    @rule(away=people)
    def a_merge_is_undone(self, away: int) -> None:
        self._call("profiles", "POST", f"/v1/members/{self.members[away]}/unmerge", "coordinator")

    @rule(who=people, job=st.sampled_from(["Judge", "Clerk"]))
    def a_profile_changes(self, who: int, job: str) -> None:
        self._call("profiles", "PATCH", "/v1/members/me", "member", who=who, body={"job_title": job})

    @rule(who=people, ticket=st.integers(0, 2), status=st.sampled_from(["confirmed", "cancelled"]))
    def a_ticket_system_tells(self, who: int, ticket: int, status: str) -> None:
        self.day += 1
        self.world.publish_ticket(f"T-{ticket}", status, self.day, email=f"m{who}@example.org")

    @rule(who=people)
    def somebody_registers(self, who: int) -> None:
        self._call("events", "POST", f"/v1/events/{self.event}/registrations", "member", who=who, body={})

    @rule(who=people)
    def somebody_cancels(self, who: int) -> None:
        path = f"/v1/events/{self.event}/registrations"
        for each in self._call("events", "GET", path, "member", who=who).json["items"]:
            if each.get("source") is None:
                self._call("events", "DELETE", f"/v1/registrations/{each['id']}", "member", who=who)

    @rule(who=people, role=st.sampled_from(["mentor", "mentee"]), capacity=st.integers(1, 2))
    def somebody_is_enrolled(self, who: int, role: str, capacity: int) -> None:
        body = {"member_id": self.members[who], "role": role, "capacity": capacity}
        self._call("matching", "POST", f"/v1/programs/{self.program}/enrollments", "coordinator", body=body)

    @rule(mentee=people, mentor=people)
    def somebody_asks(self, mentee: int, mentor: int) -> None:
        body = {"program_id": self.program, "mentor_ids": [self.members[mentor]], "message": "Would you?"}
        self._call("matching", "POST", "/v1/requests", "member", who=mentee, body=body)

    @rule(mentor=people)
    def a_mentor_accepts(self, mentor: int) -> None:
        for each in self._call("matching", "GET", "/v1/requests", "member", who=mentor).json["items"]:
            self._call("matching", "POST", f"/v1/requests/{each['id']}/accept", "member", who=mentor)

    @rule(data=st.data(), most=st.integers(1, 4))
    def something_is_heard(self, data: st.DataObject, most: int) -> None:
        if lanes := self.world.waiting():
            self.world.deliver(data.draw(st.sampled_from(lanes)), most)

    @rule(data=st.data())
    def everything_is_heard(self, data: st.DataObject) -> None:
        def choose(lanes: list[Lane]) -> Lane:
            return lanes[data.draw(st.integers(0, len(lanes) - 1))]

        self.world.settle(choose)
        self._agree()

    def teardown(self) -> None:
        if not hasattr(self, "event"):
            return
        self.world.settle(lambda lanes: lanes[-1])
        self._agree()
        for _ in range(PEOPLE):
            for number in range(PEOPLE):
                self.a_merge_is_undone(number)
        self.world.settle(lambda lanes: lanes[0])
        assert self._merges() == {}
        self._agree()

    # What has to be so whenever everything was heard.

    def _agree(self) -> None:
        merges = self._merges()
        survivors = {each: self._survivor(each, merges) for each in self.members}
        for service, name, into in (
            ("matching", "merges", "into"),
            ("events", "merges", "into"),
            ("notifications", "people", "merged_into"),
        ):
            found = self.world.database(service)[name].find({into: {"$type": "string"}})
            assert {each["_id"]: each[into] for each in found} == merges, service
        self._profiles_are_sound(survivors)
        self._events_are_sound(survivors)
        self._matching_is_sound(survivors)

    def _profiles_are_sound(self, survivors: dict[str, str]) -> None:
        members = {each["_id"]: each for each in self._all("profiles", "members")}
        assert set(survivors.values()) <= set(members)
        assert not set(members) & {each for each, now in survivors.items() if each != now}
        holders = {each["_id"]: each["member_id"] for each in self._all("profiles", "identifiers") if each["member_id"]}
        listed = [
            ("\n".join((TENANT, key["issuer"], key["value"])), each["_id"])
            for each in members.values()
            for key in each["identifiers"]
            if not key["of_registration"]
        ]
        assert dict(listed) == holders
        assert len(listed) == len(holders)
        for number, each in enumerate(self.members):
            assert holders[f"{TENANT}\nemail\nm{number}@example.org"] == survivors[each]
        live = {each["_id"]: each for each in self._all("profiles", "participations") if each["live"]}
        for each in live.values():
            assert each["member_id"] == survivors.get(each["said_of"], each["said_of"])
        for each in members.values():
            places = {one["place"] for one in live.values() if one["member_id"] == each["_id"]}
            assert set(each.get("places", ())) == places
        confirmed = {
            (each["_id"], each["member_id"])
            for each in self._all("events", "registrations")
            if each["status"] == "confirmed" and each["member_id"]
        }
        enrolled = {
            (each["_id"], each["member_id"])
            for each in self._all("matching", "enrollments")
            if each["state"] in ("approved", "paused")
        }
        paired = {
            (f"{each['_id']}/{side}", each[f"{side}_id"])
            for each in self._all("matching", "mentorships")
            for side in ("mentor", "mentee")
            if each["state"] in LIVE_STATES
        }
        told = {(key.rpartition("\n")[2], each["member_id"]) for key, each in live.items()}
        assert told == confirmed | enrolled | paired

    def _events_are_sound(self, survivors: dict[str, str]) -> None:
        owners = {each["value"]: each["member_id"] for each in self._all("profiles", "registrations")}
        found = self._all("events", "registrations")
        for each in found:
            if each["origin"] is not None:
                value = f"{each['origin']['source_event_id']}/{each['origin']['source_registration_id']}"
                assert each["member_id"] == owners[value]
            else:
                assert each["member_id"] == survivors[each["made_as"] or each["member_id"]]
        own = Counter(each["member_id"] for each in found if each["own_live"])
        assert all(number == 1 for number in own.values())
        attending = {each["member_id"] for each in found if each["status"] == "confirmed" and each["member_id"]}
        assert {each["member_id"] for each in self._all("events", "attendance") if each["attending"]} == attending
        [event] = self._all("events", "events")
        assert event["seats_taken"] == sum(each["status"] in ("confirmed", "offered") for each in found)
        assert event["waiting"] == sum(each["status"] == "waitlisted" and each["origin"] is None for each in found)
        kept = {each["_id"]: each for each in self._all("notifications", "registrations")}
        assert {each["member_id"] for each in kept.values() if each["live"]} == {
            each["announced"]["member_id"] for each in found if each["announced"] is not None
        }

    def _matching_is_sound(self, survivors: dict[str, str]) -> None:
        enrollments = self._all("matching", "enrollments")
        places = Counter((each["member_id"], each["role"]) for each in enrollments if each["set_aside"] is None)
        assert all(number == 1 for number in places.values())
        for each in enrollments:
            now = survivors[each["enrolled_as"] or each["member_id"]]
            if each["set_aside"] is None:
                assert each["member_id"] == now
            else:
                assert (now, each["role"]) in places
        mentorships = self._all("matching", "mentorships")
        requests = self._all("matching", "requests")
        for each in (*mentorships, *requests):
            sides = [survivors[each[f"{side}_as"] or each[f"{side}_id"]] for side in ("mentor", "mentee")]
            if sides[0] != sides[1]:
                assert [each["mentor_id"], each["mentee_id"]] == sides
            else:
                assert each["state"] not in LIVE_STATES + OPEN_STATES
        for things, states in ((mentorships, LIVE_STATES), (requests, OPEN_STATES)):
            pairs = [(each["mentor_id"], each["mentee_id"]) for each in things if each["state"] in states]
            assert len(pairs) == len(set(pairs))
        live = Counter(each["mentor_id"] for each in mentorships if each["state"] in LIVE_STATES)
        loads = {each["member_id"]: each for each in self._all("matching", "mentor_loads")}
        assert set(live) <= set(loads)
        for member, load in loads.items():
            assert load["active"] == live[member]
            [capacity] = [
                each["capacity"]
                for each in enrollments
                if (each["member_id"], each["role"], each["set_aside"]) == (member, "mentor", None)
            ] or [0]
            assert load["capacity"] == capacity

    def _merges(self) -> dict[str, str]:
        return {each["_id"]: each["into"] for each in self._all("profiles", "merges")}

    def _survivor(self, member: str, merges: dict[str, str]) -> str:
        while member in merges:
            member = merges[member]
        return member

    def _all(self, service: str, collection: str) -> list[dict[str, Any]]:
        return list(self.world.database(service)[collection].find())

    def _profile(self, number: int) -> dict[str, Any]:
        return {"given_name": f"Ada {number}", "family_name": "Okafor", "email": f"m{number}@example.org"}

    def _call(
        self, service: str, method: str, path: str, role: str, *, who: int | None = None, body: Any = None
    ) -> Any:
        answer = self.world.call(service, method, path, "staff" if who is None else self.members[who], role, body=body)
        assert answer.status_code < 500, answer.get_data()
        return answer

    def _made(self, service: str, path: str, body: dict[str, Any], role: str) -> str:
        answer = self.world.call(service, "POST", path, "staff", role, body=body)
        assert answer.status_code == 201, answer.get_data()
        identifier: str = answer.json["id"]
        return identifier


@pytest.fixture
def world(backends: Backends, tmp_path: Path) -> Iterator[FourServices]:
    with own_settings(backends, tmp_path) as made:
        world = FourServices(made, tmp_path)
        yield world
        for service in world.services.values():
            service.foundation.close()


def test_after_any_interleaving_of_merges_and_all_else_the_four_services_agree(world: FourServices) -> None:
    Merging.world = world
    run_state_machine_as_test(
        Merging,
        settings=settings(
            max_examples=tried(15),
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],  # a failing case is as long as it was found: shrinking it takes many minutes
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
