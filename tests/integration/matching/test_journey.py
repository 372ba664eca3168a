"""Matching as processes run it: over Kafka, with its worker and relay in threads."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from kafka import KafkaProducer

from services.matching.domain.program import Kind
from services.matching.reactions import reactions
from services.matching.themes.themes import Themes
from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.ids import new_id
from shared.messaging.record import Record
from shared.settings import Settings
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.cohort import asked_for, proposals_of, publish, run_of
from tests.integration.matching.telling import Ticket, record, tell
from tests.integration.messaging.conftest import eventually


@contextmanager
def running(association: Association) -> Iterator[None]:
    roles = [association.service.relay(), association.service.worker()]
    threads = [threading.Thread(target=role.run) for role in roles]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for role in roles:
            role.stop()
        for thread in threads:
            thread.join(timeout=30)
            assert not thread.is_alive(), "a role did not stop"


def send(association: Association, *records: Record) -> None:
    settings = association.foundation.settings
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all")
    try:
        for each in records:
            producer.send(settings.topic(each.topic), key=each.key, value=each.value, headers=list(each.headers))
        producer.flush()
    finally:
        producer.close()


@pytest.fixture
def connected(topics_of: Callable[[], Settings]) -> Iterator[Association]:
    """Matching with topics and a database of this test's own."""
    association = Association(topics_of())
    association.prepare()
    yield association
    association.forget()


def test_attendees_of_an_event_are_enrolled_matched_and_paired(connected: Association) -> None:
    association = connected
    event, mentor, mentee = new_id(), new_id(), new_id()
    program = association.program(kind=Kind.EVENT, event_id=event)
    people = {mentor: ("mentor", "offers"), mentee: ("mentee", "seeks")}
    told = [Ticket(association, event, who, role).confirmed() for who, (role, _) in people.items()]
    for who, (_, side) in people.items():
        skills = [{"label": "law", "level": 3, "side": side}]
        data = {"id": who, "given_name": "Ada", "family_name": "Okafor", "skills": skills}
        told.append(record("member.registered.v1", data, key=who, version=1, at=association.clock.now()))
    with running(association):
        send(association, *told)
        eventually(lambda: association.foundation.database["enrollments"].count_documents({"state": "approved"}) == 2)
        eventually(lambda: len(association.store.copies.among(TENANT, {mentor, mentee})) == 2)
        run_id = asked_for(association, program)
        eventually(lambda: run_of(association, run_id)["state"] == "ready")
        [proposal] = proposals_of(association, run_id)
        assert (proposal["mentor_id"], proposal["mentee_id"]) == (mentor, mentee)
        assert publish(association, run_id, approve_all=True).json["published"] == 1
        eventually(lambda: association.foundation.database["outbox"].count_documents({"pending": True}) == 0)


@pytest.mark.parametrize("reaction", ["members", "registrations"])
def test_every_example_of_what_matching_hears_of_is_understood(association: Association, reaction: str) -> None:
    [heard] = [each for each in reactions(association.store, Themes(None)) if each.name == reaction]
    for type_name in heard.types:
        examples = examples_of(registry.get(type_name))
        assert examples, type_name
        for example in examples:
            tell(association, record(type_name, example.data, key=new_id(), version=1, at=association.clock.now()))
    assert association.foundation.database["dead"].count_documents({}) == 0
    kept = {"members": "copies", "registrations": "attendances"}[reaction]
    assert association.foundation.database[kept].count_documents({}) > 0
