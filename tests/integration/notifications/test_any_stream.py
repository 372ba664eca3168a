"""Whatever is told, read, preferred and waited for, in any order: nothing lost, nothing early, nothing twice."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.domain.delivery import DeliveryState
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel, Pace
from services.notifications.domain.timing import news_of, pace_of, waits_until
from shared.clock import rfc3339
from shared.ids import new_id
from tests.examples import tried
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import BEN, examples
from tests.unit.notifications.test_wall_clock import ZONES

GATHER = timedelta(seconds=30)
AsMember = Callable[..., dict[str, str]]
THINGS = ("019ab008-7c1e-7b5e-9c55-0000000000c1", "019ab008-7c1e-7b5e-9c55-0000000000c2")
_numbers = count()

hours = st.integers(0, 23).map(lambda hour: f"{hour:02d}:00")
preferring = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(ZONES),
        "quiet_hours": st.fixed_dictionaries({"start": hours, "end": hours}),
        "digest": st.fixed_dictionaries({"at": hours, "day": st.sampled_from(("mon", "sat"))}),
        "categories": st.fixed_dictionaries(
            {
                "progress": st.fixed_dictionaries({"email": st.sampled_from(list(Pace))}),
                "requests": st.fixed_dictionaries({"email": st.sampled_from(list(Pace))}),
            }
        ),
    }
)
steps = st.one_of(
    st.tuples(st.just("progress"), st.sampled_from(THINGS)),
    st.tuples(st.just("progress"), st.sampled_from(THINGS)),
    st.tuples(st.just("request"), st.integers(1, 60)),
    st.tuples(st.just("session"), st.none()),
    st.tuples(st.just("read"), st.integers(0, 3)),
    st.tuples(st.just("prefer"), preferring),
    st.tuples(
        st.just("pass"),
        st.one_of(st.integers(0, 120), st.integers(0, 259200)).map(lambda seconds: timedelta(seconds=seconds)),
    ),
)


@pytest.fixture
def gather_seconds() -> int:
    return 30


@pytest.fixture
def taken(mailbox: Mailbox) -> Iterator[Callable[[], Counter[str]]]:
    """The ids of all mails that the server has taken, in a form that a failing example is not drowned in."""

    def ids() -> Counter[str]:
        return Counter(each for raw in mailbox.raw for each in re.findall(r"^Message-ID: (.+?)\r$", raw.decode(), re.M))

    with mailbox.answering():
        yield ids


@dataclass
class Life:
    """A member whose mails are watched as they come."""

    desk: Desk
    as_member: AsMember
    id: str = field(default_factory=new_id)
    address: str = field(default_factory=lambda: f"member-{next(_numbers)}@example.org")
    mailed: Counter[str] = field(default_factory=Counter)
    may_be_left_out: set[str] = field(default_factory=set)
    planned_anew: set[str] = field(default_factory=set)
    """What was held when they changed their mind, which ends its gathering."""
    heard: str = ""

    def begin(self) -> None:
        self.desk.hear(
            "member.registered.v1",
            {"id": self.id, "given_name": "Noor", "family_name": "Haddad", "email": self.address},
        )
        self.heard = self.newest()

    def newest(self) -> str:
        """Of what the service has left in its outbox, the last."""
        found = self.desk.foundation.database["outbox"].find_one(sort=[("_id", -1)])
        return "" if found is None else str(found["_id"])

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def take(self, step: tuple[str, Any]) -> None:
        name, what = step
        getattr(self, name if name != "pass" else "wait")(what)
        self.deliver()

    def progress(self, mentorship: str) -> None:
        data = examples("milestone.completed.v1").values()
        told = next(iter(data)) | {"id": new_id(), "mentorship_id": mentorship, "mentor_id": BEN, "mentee_id": self.id}
        self.desk.hear("milestone.completed.v1", told)

    def request(self, left: int) -> None:
        data = next(iter(examples("request.sent.v1").values()))
        ends = rfc3339(self.now + timedelta(hours=left))
        told = data | {"id": new_id(), "mentor_id": self.id, "mentee_id": BEN, "expires_at": ends}
        self.desk.hear("request.sent.v1", told)

    def session(self, _: None) -> None:
        data = next(iter(examples("session.confirmed.v1").values()))
        self.desk.hear("session.confirmed.v1", data | {"id": new_id(), "mentor_id": BEN, "mentee_id": self.id})
        self.deliver()
        newest = self.desk.notifications(self.id)[0]
        assert self.mailed[newest.id] == 1, "what is agreed waits for nothing"

    def read(self, place: int) -> None:
        for notification in self.desk.notifications(self.id)[place : place + 1]:
            path = f"/v1/inbox/{notification.id}/read"
            assert self.desk.client().post(path, headers=self.as_member(self.id)).status_code == 200
            self.may_be_left_out.add(notification.id)

    def prefer(self, said: dict[str, Any]) -> None:
        self.planned_anew |= {each.id for each in self.desk.notifications(self.id)}
        answer = self.desk.client().put("/v1/preferences", json=said, headers=self.as_member(self.id))
        assert answer.status_code == 200, answer.json

    def wait(self, time: timedelta) -> None:
        """Until then, with a worker at each moment at which something is due."""
        until = self.now + time
        while (due := self.next_due()) is not None and due <= until:
            self.desk.clock.pass_by(max(due - self.now, timedelta(0)))
            self.deliver()
        self.desk.clock.pass_by(max(until - self.now, timedelta(0)))

    def next_due(self) -> datetime | None:
        held = [one.due_at for one in self.desk.deliveries(self.id) if one.due_at is not None]
        return min(held, default=None)

    def deliver(self) -> None:
        """All that is due now, each look at once at what was mailed."""
        [habits] = self.desk.store.habits("acme", {self.id}).values()
        self.may_be_left_out |= {
            each.id
            for each in self.desk.notifications(self.id)
            if not news_of(each).firm and pace_of(each, habits, Channel.EMAIL) is Pace.OFF
        }
        self.desk.work()
        for one in self.desk.announced(after=self.heard):
            if one["member_id"] == self.id:
                assert one["type"] == "org.ithaca.notification.delivered.v1"
                self.mailed[one["id"]] += 1
                self.check(self.desk.store.notifications.get("acme", one["id"]))
        self.heard = self.newest()

    def check(self, notification: Notification) -> None:
        news = news_of(notification)
        [habits] = self.desk.store.habits("acme", {self.id}).values()
        if news.firm:
            assert notification.created_at == self.now
            return
        assert waits_until([news], habits, self.now) == self.now or self.came_with_what_could_not_wait(notification)
        hurried = news.latest is not None and news.latest <= notification.created_at + GATHER
        gathered = self.now >= notification.created_at + GATHER or notification.id in self.planned_anew
        assert hurried or gathered or self.joined(notification), "nothing early"

    def came_with_what_could_not_wait(self, notification: Notification) -> bool:
        return any(
            waits_until([news_of(other)], self.habits(), self.now) == self.now for other in self.beside(notification)
        )

    def joined(self, notification: Notification) -> bool:
        """Whether it came in the mail of something older, which is when that mail was due."""
        return any(other.id < notification.id for other in self.beside(notification))

    def habits(self) -> Any:
        [found] = self.desk.store.habits("acme", {self.id}).values()
        return found

    def beside(self, notification: Notification) -> list[Notification]:
        [mail] = [
            one
            for one in self.desk.deliveries(self.id)
            if notification.id in one.notification_ids and one.state is DeliveryState.DELIVERED
        ]
        return list(self.desk.store.notifications.those("acme", mail.notification_ids))


@settings(
    max_examples=tried(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(stream=st.lists(steps, min_size=3, max_size=14))
def test_everything_is_read_or_mailed_once_or_held_for_a_time_that_comes(
    desk: Desk, as_member: AsMember, taken: Callable[[], Counter[str]], stream: list[tuple[str, Any]]
) -> None:
    if desk.store.people.find("acme", BEN) is None:
        desk.know_everybody()
        desk.hear("association.updated.v1", {"id": "acme", "name": "Acme", "defaults": {"mails_a_day": 3}})
    life = Life(desk, as_member)
    life.begin()
    for step in stream:
        life.take(step)
    life.wait(timedelta(days=20))
    told = {each.id for each in desk.notifications(life.id)}
    assert max(life.mailed.values(), default=0) <= 1, "nothing twice"
    lost = told - life.mailed.keys() - life.may_be_left_out
    assert not lost, [one for one in desk.deliveries(life.id) if lost & {*one.notification_ids}]
    assert life.mailed.keys() <= told
    assert {one.state for one in desk.deliveries(life.id)} <= {DeliveryState.DELIVERED, DeliveryState.SKIPPED}
    assert max(taken().values(), default=0) <= 1
