"""Whatever hosts and guests do in whatever order: no place is given twice, the line moves on in strict order, and what
is held is what open topics need.

The model is a few lists: who has a place, who has to decide, who waits. It is compared after every step.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared.clock import rfc3339
from tests.examples import tried
from tests.integration.events.conftest import Bench, Deployment
from tests.integration.events.encounters import FIRST
from tests.integration.events.gatherings import Gatherings

_LONG = 45
_PEOPLE = 6

people = st.integers(0, _PEOPLE - 1)
starts = st.sampled_from([0, 30, 60, 100])


@dataclass
class Modeled:
    """A topic as it should be: people by number, in the order in which they came."""

    host: int
    start: int
    capacity: int
    guests: dict[int, str] = field(default_factory=dict)
    cancelled: bool = False

    def those(self, *standings: str) -> list[int]:
        return [who for who, standing in self.guests.items() if standing in standings]

    @property
    def taken(self) -> int:
        return len(self.those("joined", "undecided"))

    def holds(self, who: int) -> bool:
        return not self.cancelled and (who == self.host or self.guests.get(who) == "joined")


class Topics(RuleBasedStateMachine):
    """People who host and join at one event."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self.there = Gatherings(Bench(deployment), slots=0)
        self.people = [self.there.attendee() for _ in range(_PEOPLE)]
        self.topics: dict[str, Modeled] = {}

    @rule(who=people, start=starts, capacity=st.integers(1, 3))
    def somebody_hosts(self, who: int, start: int, capacity: int) -> None:
        answer = self.there.host(self.people[who], at=timedelta(minutes=start), capacity=capacity)
        if self._busy(who, start):
            assert answer.status_code == 409
        else:
            assert answer.status_code == 201, answer.get_data()
            self.topics[answer.get_json()["id"]] = Modeled(who, start, capacity)

    @rule(data=st.data(), who=people)
    def somebody_joins(self, data: st.DataObject, who: int) -> None:
        if (topic_id := self._any(data)) is None:
            return
        topic, status = self.topics[topic_id], self.there.do("join", topic_id, self.people[who]).status_code
        if topic.cancelled or who == topic.host:
            assert status == 409
            return
        before = dict(topic.guests)
        self._promote(topic)
        standing = topic.guests.get(who)
        has_place = standing == "undecided" or (standing in (None, "waiting") and topic.taken < topic.capacity)
        if has_place and self._busy(who, topic.start, but=topic):
            topic.guests = before
            assert status == 409
            return
        assert status == 200
        topic.guests[who] = "joined" if has_place else standing or "waiting"

    @rule(data=st.data(), who=people)
    def somebody_leaves(self, data: st.DataObject, who: int) -> None:
        if (topic_id := self._any(data)) is None:
            return
        topic, status = self.topics[topic_id], self.there.do("leave", topic_id, self.people[who]).status_code
        if who in topic.guests and topic.cancelled:
            assert status == 409
            return
        assert status == 200
        if topic.guests.pop(who, None) is not None:
            self._promote(topic)

    @rule(data=st.data(), start=starts)
    def its_host_moves_it(self, data: st.DataObject, start: int) -> None:
        if (topic_id := self._any(data)) is None:
            return
        topic = self.topics[topic_id]
        answer = self.there.patch(
            topic_id, self.people[topic.host], starts_at=rfc3339(FIRST + timedelta(minutes=start))
        )
        if topic.cancelled or self._busy(topic.host, start, but=topic):
            assert answer.status_code == 409
            return
        assert answer.status_code == 200, answer.get_data()
        topic.start = start
        for who in topic.those("joined", "undecided"):
            topic.guests[who] = "undecided" if self._busy(who, start, but=topic) else "joined"
        self._promote(topic)

    @rule(data=st.data(), capacity=st.integers(1, 4))
    def its_host_changes_how_many(self, data: st.DataObject, capacity: int) -> None:
        if (topic_id := self._any(data)) is None:
            return
        topic = self.topics[topic_id]
        answer = self.there.patch(topic_id, self.people[topic.host], capacity=capacity)
        if topic.cancelled or capacity < topic.taken:
            assert answer.status_code == 409
            return
        assert answer.status_code == 200, answer.get_data()
        topic.capacity = capacity
        self._promote(topic)

    @rule(data=st.data(), rarely=st.integers(0, 3))
    def its_host_calls_it_off(self, data: st.DataObject, rarely: int) -> None:
        if rarely or (topic_id := self._any(data)) is None:
            return
        topic = self.topics[topic_id]
        assert self.there.do("cancel", topic_id, self.people[topic.host]).status_code == 200
        topic.cancelled = True

    @rule(who=people)
    def somebody_does_not_come_after_all_and_registers_again(self, who: int) -> None:
        (own,) = [
            each
            for each in self.there.bench.registrations(self.there.event_id)
            if each["member_id"] == self.people[who] and each["status"] == "confirmed"
        ]
        answer = self.there.bench.call("DELETE", f"/v1/registrations/{own['id']}", "organizer")
        assert answer.status_code == 204
        for topic_id in sorted(self.topics):
            topic = self.topics[topic_id]
            if topic.cancelled or (who != topic.host and who not in topic.guests):
                continue
            if who == topic.host:
                topic.cancelled = True
            else:
                del topic.guests[who]
                self._promote(topic)
        self.there.register(self.people[who])

    @invariant()
    def every_topic_is_as_it_should_be(self) -> None:
        self.there.require_consistent()
        for topic_id, topic in self.topics.items():
            shown = self.there.topic(topic_id)
            assert shown["member_ids"] == self._ids(topic.those("joined", "undecided"))
            assert shown["undecided_ids"] == self._ids(topic.those("undecided"))
            assert shown["waitlist_ids"] == self._ids(topic.those("waiting"))
            assert topic.taken <= topic.capacity
            expected = "cancelled" if topic.cancelled else "full" if topic.taken == topic.capacity else "open"
            assert shown["state"] == expected

    def _promote(self, topic: Modeled) -> None:
        for who in topic.those("waiting"):
            if topic.taken < topic.capacity and not self._busy(who, topic.start, but=topic):
                topic.guests[who] = "joined"

    def _busy(self, who: int, start: int, but: Modeled | None = None) -> bool:
        return any(
            each is not but and each.holds(who) and abs(each.start - start) < _LONG for each in self.topics.values()
        )

    def _ids(self, numbers: list[int]) -> list[str]:
        return [self.people[each] for each in numbers]

    def _any(self, data: st.DataObject) -> str | None:
        return data.draw(st.sampled_from(sorted(self.topics))) if self.topics else None


def test_no_place_is_ever_given_twice_nor_out_of_order(deployment: Deployment) -> None:
    run_state_machine_as_test(
        lambda: Topics(deployment),
        settings=settings(
            max_examples=tried(12),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
