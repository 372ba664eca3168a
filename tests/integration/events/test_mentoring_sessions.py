"""Mentoring sessions in the private feeds of both, read by a parser of somebody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.events.domain.agenda import CANCELLED_SHOWN, PAST_SHOWN
from shared.clock import rfc3339
from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.test_calendars import feed, subscribe
from tests.integration.events.test_registering import register
from tests.unit.calendar.reading import moments, sequence

STARTS_AT = datetime(2099, 5, 12, 16, tzinfo=UTC)


class Pair:
    """Ada's mentor is Ben; what matching tells of their sessions."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.mentorship, self.session = new_id(), new_id()
        self.version = 0
        self.known(bench.ada, "Ada", "Okafor")
        self.known(bench.ben, "Ben", "Lindqvist")

    def known(self, member: str, given: str, family: str, version: int = 1, word: str = "updated", **more: Any) -> None:
        named = {"id": member, "given_name": given, "family_name": family, "identifiers": [], **more}
        self.bench.receive("members.v1", f"member.{word}.v1", named, key=member, version=version)

    def tell(self, word: str, *, version: int | None = None, **fields: Any) -> None:
        if version is None:
            version = self.version = self.version + 1
        more: dict[str, Any] = {
            "changed": {"previous_starts_at": rfc3339(STARTS_AT), "changed_by_id": self.bench.ben},
            "missed": {"missed_by": [self.bench.ben]},
            "cancelled": {"cancelled_by_id": self.bench.ben, "late": False},
        }.get(word, {})
        data = {
            "mentorship_id": self.mentorship,
            "program_id": new_id(),
            "mentor_id": self.bench.ben,
            "mentee_id": self.bench.ada,
            "id": self.session,
            "state": "proposed" if word == "changed" else word,
            "starts_at": rfc3339(STARTS_AT),
            "duration_minutes": 60,
            "sequence": 0,
            "proposed_by_id": self.bench.ben,
        }
        self.bench.receive(
            "mentorships.v1", f"session.{word}.v1", data | more | fields, key=self.mentorship, version=version
        )


@pytest.fixture
def pair(bench: Bench) -> Pair:
    return Pair(bench)


def shown(bench: Bench, path: str) -> list[tuple[str, int]]:
    return [(str(entry.status.value), sequence(entry)) for entry in feed(bench, path)]


def test_a_confirmed_session_stands_in_the_feeds_of_both_by_the_others_name(bench: Bench, pair: Pair) -> None:
    pair.tell("proposed")
    pair.tell("confirmed")
    for member, other in ((bench.ada, "Ben Lindqvist"), (bench.ben, "Ada Okafor")):
        [entry] = feed(bench, subscribe(bench, member))
        assert (entry.uid.value, entry.summary.value) == (pair.session, f"Mentoring session with {other}")
        assert moments(entry) == (STARTS_AT, STARTS_AT + timedelta(hours=1))
        assert (entry.status.value, sequence(entry)) == ("CONFIRMED", 0)
    assert feed(bench, subscribe(bench, new_id())) == []
    assert feed(bench, subscribe(bench, bench.ada, tenant=bench.neighbor)) == []


def test_a_proposal_is_in_nobodys_calendar_nor_is_one_that_was_withdrawn(bench: Bench, pair: Pair) -> None:
    path = subscribe(bench, bench.ada)
    pair.tell("proposed")
    assert shown(bench, path) == []
    pair.tell("changed", sequence=1)
    assert shown(bench, path) == []
    pair.tell("cancelled", sequence=2)
    assert shown(bench, path) == []


def test_a_session_keeps_its_uid_through_everything_and_its_sequence_never_falls(bench: Bench, pair: Pair) -> None:
    path, seen = subscribe(bench, bench.ada), []
    later = rfc3339(STARTS_AT + timedelta(days=1))
    pair.tell("proposed")
    for word, fields in (
        ("confirmed", {}),
        ("changed", {"sequence": 1, "starts_at": later}),
        ("confirmed", {"sequence": 1, "starts_at": later}),
        ("cancelled", {"sequence": 2, "starts_at": later}),
    ):
        pair.tell(word, **fields)
        [entry] = feed(bench, path)
        seen.append((entry.uid.value, entry.status.value, sequence(entry), moments(entry)[0].day))
    assert seen == [
        (pair.session, "CONFIRMED", 0, 12),
        (pair.session, "TENTATIVE", 1, 13),
        (pair.session, "CONFIRMED", 1, 13),
        (pair.session, "CANCELLED", 2, 13),
    ]


@pytest.mark.parametrize("word", ["held", "missed"])
def test_what_was_held_or_missed_stays_where_it_was(bench: Bench, pair: Pair, word: str) -> None:
    pair.tell("confirmed")
    pair.tell(word)
    assert shown(bench, subscribe(bench, bench.ada)) == [("CONFIRMED", 0)]


def test_several_sessions_of_one_mentorship_are_several_entries_beside_the_events(bench: Bench, pair: Pair) -> None:
    event = bench.event()
    register(bench, event, bench.ada)
    first, pair_of = pair.session, new_id()
    pair.tell("confirmed")
    pair.session = pair_of
    pair.tell("confirmed", starts_at=rfc3339(STARTS_AT + timedelta(days=7)))
    found = {str(entry.uid.value) for entry in feed(bench, subscribe(bench, bench.ada))}
    assert found == {event, first, pair_of}


def test_an_older_message_that_is_replayed_does_not_bring_a_session_back(bench: Bench, pair: Pair) -> None:
    pair.tell("confirmed", version=5)
    pair.tell("cancelled", version=6, sequence=1)
    pair.tell("confirmed", version=5)
    assert shown(bench, subscribe(bench, bench.ada)) == [("CANCELLED", 1)]


def test_the_sessions_of_a_merged_member_are_in_the_feed_of_the_survivor(bench: Bench, pair: Pair) -> None:
    survivor, last = new_id(), new_id()
    pair.tell("confirmed")
    for version, merged, into in ((2, bench.ada, survivor), (2, survivor, last)):
        pair.known(into, "Ada", "Okafor-Lee")
        gone = {"id": merged, "merged_into": into}
        bench.receive("members.v1", "member.merged.v1", gone, key=merged, version=version)
        assert shown(bench, subscribe(bench, into)) == [("CONFIRMED", 0)]
    [entry] = feed(bench, subscribe(bench, bench.ben))
    assert entry.summary.value == "Mentoring session with Ada Okafor-Lee"
    pair.tell("cancelled", sequence=1)
    assert shown(bench, subscribe(bench, last)) == [("CANCELLED", 1)]


def test_a_merge_that_is_undone_gives_the_sessions_back(bench: Bench, pair: Pair) -> None:
    survivor = new_id()
    pair.tell("confirmed")
    gone = {"id": bench.ada, "merged_into": survivor}
    bench.receive("members.v1", "member.merged.v1", gone, key=bench.ada, version=2)
    pair.known(bench.ada, "Ada", "Okafor", version=3, word="unmerged")
    assert shown(bench, subscribe(bench, survivor)) == []
    assert shown(bench, subscribe(bench, bench.ada)) == [("CONFIRMED", 0)]


def test_an_erased_member_is_not_named_any_more(bench: Bench, pair: Pair) -> None:
    pair.tell("confirmed")
    bench.receive("members.v1", "member.erased.v1", None, key=bench.ada, version=9)
    [entry] = feed(bench, subscribe(bench, bench.ben))
    assert entry.summary.value == "Mentoring session"


def test_a_cancelled_session_leaves_after_30_days_and_a_past_one_after_a_year(bench: Bench, pair: Pair) -> None:
    pair.tell("confirmed")
    pair.tell("cancelled", sequence=1)
    sessions = bench.foundation.database["mentoring_sessions"]
    path, now = subscribe(bench, bench.ada), bench.foundation.clock.now()
    sessions.update_one({"_id": pair.session}, {"$set": {"updated_at": now - CANCELLED_SHOWN + timedelta(hours=1)}})
    assert shown(bench, path) == [("CANCELLED", 1)]
    sessions.update_one({"_id": pair.session}, {"$set": {"updated_at": now - CANCELLED_SHOWN}})
    assert shown(bench, path) == []
    pair.session = new_id()
    pair.tell("held", starts_at=rfc3339(now - PAST_SHOWN))
    assert shown(bench, path) == [("CONFIRMED", 0)]
    sessions.update_one({"_id": pair.session}, {"$set": {"ends_at": now - PAST_SHOWN}})
    assert shown(bench, path) == []


@pytest.mark.parametrize("setting", ["nobody", "participants", "all", "default"])
def test_a_feed_names_a_partner_as_they_show_their_name(bench: Bench, pair: Pair, setting: str) -> None:
    visibility = {} if setting == "default" else {"name": setting}
    pair.known(bench.ben, "Ben", "Lindqvist", version=2, visibility=visibility)
    pair.tell("confirmed")
    [entry] = feed(bench, subscribe(bench, bench.ada))
    named = "Mentoring session" if setting == "nobody" else "Mentoring session with Ben Lindqvist"
    assert entry.summary.value == named
