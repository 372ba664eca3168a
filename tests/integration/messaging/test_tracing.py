"""A message keeps its trace on every way it may go, and a process that does not trace passes it on."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueLoop, DueWork
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.service import Service
from shared.telemetry import traces
from tests.collector import Collector, collector
from tests.integration.messaging.conftest import Bench, attendee, eventually, member

GIVEN = [f"00-{digit * 32}-{digit * 16}-01" for digit in "123"]


@pytest.fixture
def collected() -> Iterator[Collector]:
    with collector() as collected:
        traces.configure(collected.endpoint, service="events", role="all")
        try:
            yield collected
        finally:
            traces.close()


def publish(bench: Bench, key: str, ticket: str, traceparent: str) -> None:
    bench.foundation.unit_of_work.run(
        lambda transaction: transaction.publish("attendee.published.v1", key=key, version=None, data=attendee(ticket)),
        tenant="acme",
        cause=Cause("a story", traceparent=traceparent),
    )


def tell_member(transaction: Transaction, _: object) -> None:
    identifier = new_id()
    transaction.publish("member.registered.v1", key=identifier, version=1, data=member(identifier))


def test_what_a_reaction_publishes_is_below_the_reaction(bench: Bench, collected: Collector) -> None:
    bench.on_attendee = tell_member
    with bench.running():
        publish(bench, "key", "T-1", GIVEN[0])
        eventually(lambda: bench.database["copies"].count_documents({}) == 1)
    traces.close()
    [left] = collected.named("publish attendee.published.v1")
    assert (left.trace, left.parent) == ("1" * 32, "1" * 16)
    [sent] = collected.named("send attendees.v1", below=left)
    [noted] = collected.named("note attendee.published.v1", below=left)
    [told] = collected.named("publish member.registered.v1", below=noted)
    [copied] = collected.named("copy member.registered.v1", below=told)
    assert (sent.kind, noted.kind, told.kind, copied.kind) == ("PRODUCER", "CONSUMER", "PRODUCER", "CONSUMER")


def test_neighbors_taken_at_once_stay_in_the_trace_of_each(
    bench: Bench, collected: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def many(messages: Sequence[tuple[Transaction, Message]]) -> None:
        sizes.append(len(messages))
        for transaction, message in messages:
            assert transaction.traceparent is not None
            tell_member(transaction, message)

    def with_many(self: Bench) -> Service:
        made = service(self)
        changed = [dataclasses.replace(r, handle_many=many) if r.name == "note" else r for r in made.reactions]
        return dataclasses.replace(made, reactions=changed)

    service = Bench.service
    monkeypatch.setattr(Bench, "service", with_many)
    with bench.running(workers=0):
        for number, traceparent in enumerate(GIVEN):
            publish(bench, "one-key", f"T-{number}", traceparent)
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    with bench.running():
        eventually(lambda: bench.database["copies"].count_documents({}) == 3)
    traces.close()
    assert 3 in sizes
    for traceparent in GIVEN:
        trace = traceparent.split("-")[1]
        chain = [span for span in collected.spans if span.trace == trace]
        [noted] = [span for span in chain if span.name == "note attendee.published.v1"]
        [told] = collected.named("publish member.registered.v1", below=noted)
        assert collected.named("copy member.registered.v1", below=told)


def test_a_process_that_does_not_trace_passes_the_trace_on(bench: Bench) -> None:
    carried: list[str | None] = []
    bench.on_attendee = tell_member
    bench.on_member = lambda _, message: carried.append(message.traceparent)
    with bench.running():
        publish(bench, "key", "T-1", GIVEN[0])
        eventually(lambda: bool(carried))
    assert carried == [GIVEN[0]]


def test_a_failed_attempt_shows_its_class_and_not_its_text(bench: Bench, collected: Collector) -> None:
    tries: list[int] = []

    def fail_once(transaction: Transaction, message: Message) -> None:
        tries.append(1)
        transaction.database["notes"].insert_one({"_id": "ada@example.org"}, session=transaction.session)
        if len(tries) == 1:
            transaction.database["notes"].insert_one({"_id": "ada@example.org"}, session=transaction.session)

    bench.on_attendee = fail_once
    with bench.running():
        publish(bench, "key", "T-1", GIVEN[0])
        eventually(lambda: len(tries) > 1)
    traces.close()
    failed = [span for span in collected.named("note attendee.published.v1") if span.failed]
    assert [span.attributes["error.type"] for span in failed] == ["DuplicateKeyError"]
    assert [span for span in collected.spans if "ada@" in f"{span.name}{span.attributes}"] == []


def test_due_work_goes_on_in_the_trace_its_document_kept(bench: Bench, collected: Collector) -> None:
    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        unit_of_work.run(lambda transaction: tell_member(transaction, None), tenant="acme")

    bench.database["chores"].insert_one({"due_at": datetime(2026, 1, 1, tzinfo=UTC), "traceparent": GIVEN[1]})
    work = DueWork("chores", "chores", perform)
    assert DueLoop(bench.foundation.unit_of_work, [work], bench.foundation.clock).step(work)
    traces.close()
    [done] = collected.named("due chores")
    assert (done.trace, done.parent) == ("2" * 32, "2" * 16)
    [told] = collected.named("publish member.registered.v1")
    assert done in collected.ancestors(told)
