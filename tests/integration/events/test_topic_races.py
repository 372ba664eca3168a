"""Two things about a topic that happen at the same moment: one of them comes first, and no place is given twice.

Most tests let one of the two read before, and write after, the other has happened as a whole.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from services.events.commands.ask_to_meet import ask_to_meet
from services.events.commands.end_topics import cancel_topic
from services.events.commands.host_topic import TopicTime, TopicWords, change_topic
from services.events.commands.join_topic import join_topic, leave_topic
from services.events.domain.event import Event
from services.events.domain.meeting_slots import SlotPlan
from services.events.domain.topic import Topic
from shared.clock import rfc3339
from shared.errors import Conflict, Invalid, NotFound
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST
from tests.integration.events.gatherings import Gatherings
from tests.integration.events.test_crossing import overtaken
from tests.integration.events.test_registering import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def there(bench: Bench) -> Gatherings:
    return Gatherings(bench)


def with_topic(
    there: Gatherings, topic_id: str, use_case: Callable[[Transaction, Event, Topic], object]
) -> Callable[[Transaction], None]:
    def work(transaction: Transaction) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        use_case(transaction, event, there.store.topics.get(there.bench.tenant, topic_id, transaction.session))

    return work


def joining(there: Gatherings, topic_id: str, member: str) -> Callable[[Transaction], None]:
    return with_topic(
        there, topic_id, lambda current, event, topic: join_topic(current, there.store, event, topic, member)
    )


def leaving(there: Gatherings, topic_id: str, member: str) -> Callable[[Transaction], None]:
    return with_topic(there, topic_id, lambda current, _, topic: leave_topic(current, there.store, topic, member))


def moving(there: Gatherings, topic_id: str, host: str, at: timedelta) -> Callable[[Transaction], None]:
    def move(current: Transaction, event: Event, topic: Topic) -> None:
        plan = there.store.slot_plans.find(current.tenant, event.id, current.session)
        assert isinstance(plan, SlotPlan)
        when = TopicTime(starts_at=FIRST + at)
        change_topic(current, there.store, event, plan, topic, host, when, TopicWords("Writing grants"))

    return with_topic(there, topic_id, move)


def test_of_two_who_join_the_last_place_one_waits(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada, capacity=1)
    overtaken(there.bench, joining(there, topic, ben), lambda: there.joined(topic, cid))
    assert there.inside(topic) == ([cid], [ben])
    there.require_consistent()


def test_of_eight_who_join_two_places_at_once_six_wait(there: Gatherings) -> None:
    ada, *others = (there.attendee() for _ in range(9))
    topic = there.hosted(ada, capacity=2)
    assert at_once([partial(_status, there, "join", topic, each) for each in others]) == {200: 8}
    placed, waiting = there.inside(topic)
    assert (len(placed), len(waiting), {*placed, *waiting}) == (2, 6, {*others})
    there.require_consistent()


def test_of_two_who_leave_at_once_two_places_go_on(there: Gatherings) -> None:
    ada, ben, cid, dee, eve, fay = (there.attendee() for _ in range(6))
    topic = there.hosted(ada, capacity=2)
    there.joined(topic, ben, cid, dee, eve, fay)
    overtaken(there.bench, leaving(there, topic, ben), lambda: there.left(topic, cid))
    assert there.inside(topic) == ([dee, eve], [fay])
    assert there.news(topic, "promoted") == [("promoted", [dee]), ("promoted", [eve])]
    there.require_consistent()


def test_leaving_twice_at_once_promotes_one(there: Gatherings) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid, dee)
    assert at_once([partial(_status, there, "leave", topic, ben)] * 4) == {200: 4}
    assert there.inside(topic) == ([cid], [dee])
    assert len(there.news(topic, "promoted")) == 1
    there.require_consistent()


def test_nobody_joins_what_is_called_off_at_that_moment(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    with pytest.raises(Conflict, match="cancelled"):
        overtaken(there.bench, joining(there, topic, ben), lambda: there.do("cancel", topic, ada))
    there.require_consistent()


def test_who_joins_before_it_is_called_off_is_told(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    cancel = with_topic(there, topic, lambda current, _, found: cancel_topic(current, there.store, found, ada))
    overtaken(there.bench, cancel, lambda: there.joined(topic, ben))
    assert there.news(topic, "cancelled") == [("cancelled", [ben])]
    there.require_consistent()


def test_who_joins_a_topic_that_moves_at_that_moment_is_free_at_the_new_time(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada)
    there.agreed(ben, cid, 2)
    with pytest.raises(Conflict, match="something else"):
        overtaken(there.bench, joining(there, topic, ben), lambda: there.moved(topic, ada, HOUR))
    there.require_consistent()


def test_a_topic_that_moves_takes_along_who_joins_at_that_moment(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    overtaken(there.bench, moving(there, topic, ada, HOUR), lambda: there.joined(topic, ben))
    assert there.news(topic, "moved") == [("moved", [ben])]
    there.require_consistent()


def test_a_topic_does_not_move_out_of_an_event_that_changes_at_that_moment(there: Gatherings) -> None:
    ada = there.attendee()
    topic = there.hosted(ada)
    path, sooner = f"/v1/events/{there.event_id}", {"ends_at": rfc3339(FIRST + 4 * HOUR)}
    with pytest.raises(Invalid):
        overtaken(
            there.bench,
            moving(there, topic, ada, 5 * HOUR),
            lambda: there.bench.call("PATCH", path, "organizer", json=sooner),
        )
    assert there.topic(topic)["starts_at"] == rfc3339(FIRST)


def test_a_guest_who_agrees_to_meet_when_the_topic_moves_there_has_to_decide(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada)
    there.joined(topic, ben)
    overtaken(there.bench, moving(there, topic, ada, HOUR), lambda: there.agreed(ben, cid, 2))
    assert there.news(topic, "undecided") == [("undecided", [ben])]
    there.require_consistent()


def test_nobody_joins_and_is_asked_to_meet_at_one_time(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada)

    def ask(transaction: Transaction) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        ask_to_meet(transaction, there.store, event, cid, ben, there.slot_ids[0], None)

    with pytest.raises(Conflict, match="something else"):
        overtaken(there.bench, ask, lambda: there.joined(topic, ben))
    there.require_consistent()


def test_who_waits_and_is_asked_to_meet_as_a_place_comes_free_is_passed_over(there: Gatherings) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    topic = there.hosted(ada, capacity=1)
    there.joined(topic, ben, cid, dee)
    overtaken(there.bench, leaving(there, topic, ben), lambda: there.asked(eve, cid))
    assert there.inside(topic) == ([dee], [cid])
    there.require_consistent()


@pytest.mark.parametrize("capacity", [1, 2])
def test_a_block_at_that_moment_keeps_them_apart_also_in_the_line(there: Gatherings, capacity: int) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    topic = there.hosted(ada, capacity=capacity)
    there.joined(topic, ben)
    with pytest.raises(NotFound):
        overtaken(there.bench, joining(there, topic, cid), lambda: there.block(ben, cid))
    there.require_consistent()


def test_who_does_not_come_any_more_at_that_moment_does_not_join(there: Gatherings) -> None:
    ada, ben = there.attendee(), there.attendee()
    topic = there.hosted(ada)
    (own,) = [each for each in there.bench.registrations(there.event_id) if each["member_id"] == ben]
    path = f"/v1/registrations/{own['id']}"
    with pytest.raises(Conflict, match="confirmed registration"):
        overtaken(
            there.bench, joining(there, topic, ben), lambda: there.bench.call("DELETE", path, "member", member=ben)
        )
    there.require_consistent()


def test_a_member_joins_one_of_two_topics_at_one_time(there: Gatherings) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    first, second = there.hosted(ada), there.hosted(ben)
    statuses = at_once([partial(_status, there, "join", each, cid) for each in (first, second, first, second)])
    assert statuses in ({200: 2, 409: 2}, {200: 1, 409: 3})
    there.require_consistent()


def _status(there: Gatherings, verb: str, topic_id: str, member: str) -> int:
    return there.do(verb, topic_id, member).status_code
