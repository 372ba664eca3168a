"""The topics and types that others rely on, by name."""

from typing import Any

import pytest
from marshmallow import Schema, fields

from shared.contracts import registry
from shared.contracts.fields import Email, Line, Text
from shared.contracts.registry import MessageType
from shared.contracts.topic import OUTSIDE

TABLE = {
    "attendees.v1": "attendee.published .removed",
    "members.v1": "member.registered .updated .deactivated .merged .unmerged .erased",
    "associations.v1": "association.updated",
    "groups.v1": "group.updated",
    "events.v1": "event.published .updated .cancelled .finished",
    "programs.v1": "program.opened .updated .completed",
    "blocks.v1": "block.set .lifted",
    "registrations.v1": "registration.confirmed .waitlisted .offered .expired .cancelled .checked_in "
    ".check_in_reverted .no_show",
    "meetings.v1": "meeting.requested .accepted .declined .cancelled .expired schedule.published rounds.published "
    "topic.updated people.met .met_reverted",
    "matches.v1": "enrollment.applied .approved .rejected .paused .resumed .withdrawn match_run.published "
    "request.sent .viewed .info_requested .answered .reminded .accepted .declined .withdrawn .expired .invalidated "
    "mentor.capacity_changed",
    "mentorships.v1": "mentorship.started .activated .paused .resumed .extended .completing .completed .ended "
    "agreement.proposed .signed session.proposed .confirmed .changed .held .missed .cancelled "
    "milestone.set .updated .completed feedback.requested .revealed appreciation.sent .published "
    "introduction.offered .accepted .declined resource.shared opportunity.shared nudge.due task.created "
    "health.changed",
    "notifications.v1": "notification.delivered .failed",
    "privacy.v1": "erasure.requested .completed",
}
COMPACTED = {"members.v1", "associations.v1", "groups.v1", "events.v1", "programs.v1", "blocks.v1"}
WRITTEN_BY_PEOPLE = {"attendees.v1", "members.v1"}
WRITTEN_BY_STAFF = {"associations.v1", "groups.v1", "events.v1", "programs.v1"}
LINES_THAT_ARE_NO_PROSE = {
    "source",
    "source_event_id",
    "source_registration_id",
    "skill_id",
    "table",
    "message_id",
    "message_type",
    "hash",
}
DAY = 24 * 60 * 60 * 1000


def names_of(row: str) -> set[str]:
    names, aggregate = set(), ""
    for word in row.split():
        aggregate = aggregate if word.startswith(".") else word.split(".")[0]
        names.add(f"org.ithaca.{aggregate}.{word.split('.')[1]}.v1")
    return names


@pytest.mark.parametrize("topic", TABLE)
def test_a_topic_carries_exactly_its_types(topic: str) -> None:
    assert {kind.name for kind in registry.all_types() if kind.topic.name == topic} == names_of(TABLE[topic])


def test_there_are_no_other_topics_than_these_and_the_dead() -> None:
    dead = {f"dead.{service}" for service in ("profiles", "matching", "events", "notifications")}
    assert {topic.name for topic in registry.all_topics()} == TABLE.keys() | dead


def test_topics_of_full_state_are_compacted_and_no_others() -> None:
    assert {topic.name for topic in registry.all_topics() if topic.compacted} == COMPACTED


@pytest.mark.parametrize("name", ["attendees.v1", "dead.events", "dead.profiles"])
def test_personal_data_is_gone_an_hour_after_seven_days_whatever_time_its_publisher_wrote(name: str) -> None:
    config = registry.topic(name).config
    assert config["retention.ms"] == str(7 * DAY)
    assert config["segment.ms"] == str(DAY // 24)
    assert config["message.timestamp.type"] == "LogAppendTime"


def test_an_erased_member_is_gone_from_the_log_within_a_day() -> None:
    config = registry.topic("members.v1").config
    assert config["max.compaction.lag.ms"] == str(DAY)
    assert config["segment.ms"] == str(DAY // 4)
    assert config["delete.retention.ms"] == str(30 * DAY)


def test_only_attendee_records_are_written_from_outside() -> None:
    assert [topic.name for topic in registry.all_topics() if OUTSIDE in topic.written_by] == ["attendees.v1"]


@pytest.mark.parametrize("name", ["member.registered.v1", "org.ithaca.member.registered.v1"])
def test_a_type_is_found_with_and_without_the_prefix(name: str) -> None:
    assert registry.get(name).name == "org.ithaca.member.registered.v1"


def test_an_unknown_type_is_not_found() -> None:
    assert registry.find("org.ithaca.member.registered.v9") is None
    with pytest.raises(KeyError):
        registry.get("member.registered.v9")


def fields_of(schema: type[Schema]) -> dict[str, fields.Field[Any]]:
    found: dict[str, fields.Field[Any]] = {}
    for name, field in schema().fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= fields_of(type(inner.schema))
        else:
            found[name] = inner
    return found


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.short_name)
def test_what_members_wrote_has_no_field_to_travel_in(kind: MessageType) -> None:
    if kind.schema is None or kind.topic.name in WRITTEN_BY_PEOPLE | WRITTEN_BY_STAFF:
        return
    written = {
        name
        for name, field in fields_of(kind.schema).items()
        if isinstance(field, Text | Email) or (isinstance(field, Line) and name not in LINES_THAT_ARE_NO_PROSE)
    }
    assert written == set()


@pytest.mark.parametrize("topic", ["mentorships.v1"])
def test_a_message_about_a_relationship_says_whom_it_is_about(topic: str) -> None:
    for kind in registry.all_types():
        if kind.topic.name == topic and kind.schema is not None:
            assert {"mentorship_id", "program_id", "mentor_id", "mentee_id"} <= kind.schema().fields.keys(), kind.name


def test_no_two_records_share_a_name() -> None:
    classes: dict[str, set[type[Schema]]] = {}

    def collect(schema: type[Schema]) -> None:
        classes.setdefault(schema.__name__, set()).add(schema)
        for field in schema().fields.values():
            inner = field.inner if isinstance(field, fields.List) else field
            if isinstance(inner, fields.Nested):
                collect(type(inner.schema))

    for kind in registry.all_types():
        if kind.schema is not None:
            collect(kind.schema)
    assert [name for name, found in classes.items() if len(found) > 1] == []
