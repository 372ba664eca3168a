"""Whatever people and organizers do in whatever order: nobody and no table has two meetings at once, and nothing stays
held that no open meeting needs.

Two events whose slots overlap, five people at both, tables that come and go, time that passes, two who turn out to be
one. After every step what is held is compared with what the meetings need, and after each that settles what is over,
who has met with what was told of it.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

from services.events.domain.meeting import Meeting, MeetingState
from tests.examples import tried
from tests.integration.events.conftest import Bench, Deployment
from tests.integration.events.encounters import FIRST, Encounters, slot
from tests.integration.events.test_merging import merged, unmerged

_ANSWERED = {200, 201, 204, 403, 404, 409, 412, 422}
_NEVER_TWICE = 5
"""People: few, so that they get into each other's way."""

people = st.integers(0, _NEVER_TWICE - 1)
events = st.integers(0, 1)
slots = st.integers(0, 2)


class Meetings(RuleBasedStateMachine):
    """People of two events at once."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self.bench = Bench(deployment)
        self.events = [
            Encounters(self.bench, slots=3, tables=1, begins=FIRST + timedelta(minutes=offset)) for offset in (0, 20)
        ]
        self.people = [self.events[0].attendee() for _ in range(_NEVER_TWICE)]
        for each in self.people:
            self.events[1].register(each)
        self.blocks: dict[tuple[int, int], int] = {}
        self.merged = False

    @rule(event=events, asker=people, invitee=people, number=slots)
    def ask(self, event: int, asker: int, invitee: int, number: int) -> None:
        there = self.events[event]
        if number < len(there.slot_ids):
            self._fine(there.ask(self.people[asker], self.people[invitee], number))

    @rule(event=events, asker=people, invitee=people, number=slots)
    def two_agree_and_come(self, event: int, asker: int, invitee: int, number: int) -> None:
        there = self.events[event]
        if number >= len(there.slot_ids):
            return
        asked = there.ask(self.people[asker], self.people[invitee], number)
        self._fine(asked)
        if asked.status_code == 201:
            self._fine(there.act("accept", asked.get_json()["id"], self.people[invitee]))
            for who in (asker, invitee):
                self.the_desk_checks_in(event, who, True)

    @rule(data=st.data(), verb=st.sampled_from(["accept", "accept", "decline", "cancel"]), turned=st.booleans())
    def answer(self, data: st.DataObject, verb: str, turned: bool) -> None:
        if (meeting := self._any(data)) is None:
            return
        asks = turned is (verb != "cancel")
        by = meeting.requester_id if asks else meeting.invitee_id
        body = {"without_table": True} if verb == "accept" and turned else {}
        self._fine(self.events[0].act(verb, meeting.id, by, **body))

    @rule(data=st.data(), number=slots, turned=st.booleans())
    def counter(self, data: st.DataObject, number: int, turned: bool) -> None:
        if (meeting := self._any(data)) is None:
            return
        there = next(each for each in self.events if each.event_id == meeting.event_id)
        if number < len(there.slot_ids):
            by = meeting.requester_id if turned else meeting.invitee_id
            self._fine(there.act("counter", meeting.id, by, slot_id=there.slot_ids[number]))

    @rule(event=events, tables=st.lists(st.integers(0, 2), min_size=1, max_size=3), moved=st.sampled_from([0, 15, 60]))
    def the_organizer_changes_slots(self, event: int, tables: list[int], moved: int) -> None:
        there = self.events[event]
        begins = FIRST + timedelta(minutes=20 * event + moved)
        known = dict(enumerate(there.slot_ids))
        wanted = [
            slot(begins, number, count) | ({"id": known[number]} if number in known else {})
            for number, count in enumerate(tables)
        ]
        answer = there.put_slots(wanted, notice_hours=0)
        if answer.status_code == 409:
            there.require_consistent()
            answer = there.put_slots(wanted, notice_hours=0, confirm=answer.get_json()["confirm"])
        assert answer.status_code == 200, answer.get_data()
        there.slot_ids = [each["id"] for each in there.slots()]

    @rule(event=events, who=people, comes=st.booleans())
    def a_registration_changes(self, event: int, who: int, comes: bool) -> None:
        there, member = self.events[event], self.people[who]
        if comes:
            path = f"/v1/events/{there.event_id}/registrations"
            self._fine(self.bench.call("POST", path, "member", member=member, json={}))
            return
        for each in self._registrations(there, who):
            self._fine(self.bench.call("DELETE", f"/v1/registrations/{each}", "organizer"))

    @rule(event=events, who=people, there=st.booleans())
    def the_desk_checks_in(self, event: int, who: int, there: bool) -> None:
        for each in self._registrations(self.events[event], who):
            path = f"/v1/registrations/{each}/check-in"
            self._fine(self.bench.call("PUT" if there else "DELETE", path, "organizer"))

    @rule(one=people, other=people, blocked=st.booleans())
    def two_are_kept_apart(self, one: int, other: int, blocked: bool) -> None:
        if one != other:
            pair = (min(one, other), max(one, other))
            self.blocks[pair] = version = self.blocks.get(pair, 0) + 1
            first, second = (self.people[each] for each in pair)
            self.events[0].block(first, second, version=version, blocked=blocked)

    @rule(who=people, whom=people)
    def somebody_says_no_thanks(self, who: int, whom: int) -> None:
        if who != whom:
            path = f"/v1/events/{self.events[0].event_id}/wishes"
            body = {"no_thanks": [self.people[whom]]}
            self._fine(self.bench.call("PUT", path, "member", member=self.people[who], json=body))

    @rule()
    def two_turn_out_to_be_one_or_two_again(self) -> None:
        away, into = self.people[0], self.people[1]
        told = unmerged(self.bench, away) if self.merged else merged(self.bench, away, into)
        self.merged = not self.merged
        self.bench.handle([told])

    @rule()
    def requests_run_out(self) -> None:
        self.events[0].perform_due_at(self.bench.foundation.clock.now() + timedelta(hours=25))
        assert not [each for each in self._meetings() if each.state is MeetingState.PENDING]

    @rule()
    def slots_are_over(self) -> None:
        self.events[0].perform_due_at(FIRST + timedelta(hours=12))
        told = {each.key: each.type for each in self.bench.told("people.")}
        for meeting in self._meetings():
            assert meeting.over or meeting.state is not MeetingState.ACCEPTED
            assert meeting.met is (told.get(meeting.id) == "people.met.v1")
            if meeting.state is MeetingState.ACCEPTED:
                two = len({*meeting.party_ids}) == 2
                assert meeting.met is (two and all(self._came_in(meeting, each) for each in meeting.party_ids))

    @rule(data=st.data(), again=st.booleans())
    def slots_are_over_and_the_desk_thinks_again(self, data: st.DataObject, again: bool) -> None:
        self.slots_are_over()
        met = [each for each in self._meetings() if each.met]
        if not met:
            return
        meeting = data.draw(st.sampled_from(met))
        event = next(number for number, each in enumerate(self.events) if each.event_id == meeting.event_id)
        who = self.people.index(data.draw(st.sampled_from(meeting.party_ids)))
        for there in (False, True) if again else (False,):
            self.the_desk_checks_in(event, who, there)
            self.slots_are_over()

    @invariant()
    def nothing_is_held_twice_or_left_behind(self) -> None:
        self.events[0].require_consistent()

    @invariant()
    def nobody_is_to_meet_whom_they_are_kept_apart_from(self) -> None:
        kept = self.bench.foundation.database["kept_apart"].find({"tenant": self.bench.tenant})
        apart = {tuple(sorted(each["member_ids"])) for each in kept}
        assert not [each.id for each in self._meetings() if each.is_open and each.party_ids in apart]

    @invariant()
    def who_met_is_told_in_turns(self) -> None:
        words: dict[str, list[str]] = {}
        for each in self.bench.told("people."):
            words.setdefault(each.key, []).append(each.type)
        for told in words.values():
            turns = ["people.met.v1", "people.met_reverted.v1"] * len(told)
            assert told == turns[: len(told)]

    def _meetings(self) -> list[Meeting]:
        return list(self.events[0].store.meetings.page(self.bench.tenant, {}, limit=0))

    def _any(self, data: st.DataObject) -> Meeting | None:
        found = [each for each in self._meetings() if each.is_open]
        return data.draw(st.sampled_from(found)) if found else None

    def _registrations(self, there: Encounters, who: int) -> list[str]:
        items = self.bench.registrations(there.event_id)
        return [each["id"] for each in items if each["member_id"] == self.people[who]]

    def _came_in(self, meeting: Meeting, member: str) -> bool:
        where = {"event_id": meeting.event_id, "member_id": member, "checked_in_at": {"$type": "date"}}
        return self.bench.foundation.database["registrations"].count_documents(where) > 0

    def _fine(self, answer: TestResponse) -> None:
        assert answer.status_code in _ANSWERED, answer.get_data()


def test_nobody_is_ever_at_two_things_at_once(deployment: Deployment) -> None:
    run_state_machine_as_test(
        lambda: Meetings(deployment),
        settings=settings(
            max_examples=tried(12),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
