"""Events in people's own calendars, read by a parser of somebody else's."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.events.domain.agenda import CANCELLED_SHOWN
from tests.integration.events.conftest import Bench
from tests.integration.events.test_registering import at_once, register
from tests.unit.calendar.reading import entries, method, moments, sequence

LATER = "2026-11-05T10:00:00Z"


def subscribe(bench: Bench, member: str, tenant: str | None = None) -> str:
    """The path of a new private feed."""
    answer = bench.call("POST", "/v1/calendars", "member", member=member, tenant=tenant)
    assert answer.status_code == 201, answer.get_data()
    assert answer.json is not None
    url: str = answer.json["url"]
    assert url.startswith(f"{bench.settings.public_url}/v1/calendars/")
    return url.removeprefix(bench.settings.public_url)


def fetch(bench: Bench, path: str, **headers: str) -> TestResponse:
    """As a calendar program does: without a token."""
    return bench.app.test_client().get(path, headers={"Accept": "text/calendar", **headers})


def feed(bench: Bench, path: str) -> list[Any]:
    answer = fetch(bench, path)
    assert answer.status_code == 200, answer.get_data()
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert method(answer.get_data()) is None
    return entries(answer.get_data())


def status(bench: Bench, path: str) -> str:
    [entry] = feed(bench, path)
    return str(entry.status.value)


def of_event(bench: Bench, event: str, *roles: str, **options: Any) -> TestResponse:
    return bench.call("GET", f"/v1/events/{event}/calendar.ics", *(roles or ("member",)), **options)


def change(bench: Bench, event: str, **fields: Any) -> None:
    assert bench.call("PATCH", f"/v1/events/{event}", "organizer", json=fields).status_code == 200


def test_whoever_sees_an_event_can_put_it_into_a_calendar(bench: Bench) -> None:
    event = bench.event(place="Congress Center, Milan", description="Two days; and a half")
    answer = of_event(bench, event)
    assert answer.content_type == "text/calendar; charset=utf-8"
    [entry] = entries(answer.get_data())
    assert (entry.uid.value, entry.summary.value) == (event, "Annual Summit")
    assert (entry.location.value, entry.description.value) == ("Congress Center, Milan", "Two days; and a half")
    assert moments(entry) == (datetime(2099, 5, 4, 7, tzinfo=UTC), datetime(2099, 5, 6, 16, tzinfo=UTC))
    assert (entry.status.value, sequence(entry)) == ("CONFIRMED", 2)
    assert entry.dtstamp.value == entry.last_modified.value


def test_an_event_that_the_caller_may_not_see_has_no_calendar(bench: Bench) -> None:
    draft, hidden = bench.event(publish=False, sources=[]), bench.event(visibility="hidden")
    for event in (draft, hidden):
        assert of_event(bench, event, member=bench.ada).status_code == 404
        assert of_event(bench, event, "organizer", tenant=bench.neighbor).status_code == 404
        assert of_event(bench, event, "organizer").status_code == 200
    register_ticket(bench, bench.ada)
    assert of_event(bench, hidden, member=bench.ada).status_code == 200


def register_ticket(bench: Bench, member: str, **fields: Any) -> None:
    bench.member(member, "A-1")
    bench.ticket("A-1", **fields)


def test_what_has_not_changed_is_not_sent_again(bench: Bench) -> None:
    event = bench.event()
    register(bench, event, bench.ada)
    path = subscribe(bench, bench.ada)
    for get in (
        lambda **headers: fetch(bench, path, **headers),
        lambda **headers: of_event(bench, event, headers=headers),
    ):
        tag = get().headers["ETag"]
        again = get(**{"If-None-Match": tag})
        assert (again.status_code, again.get_data()) == (304, b"")
        change(bench, event, place=f"Hall {tag[1:5]}")
        assert get(**{"If-None-Match": tag}).status_code == 200


def test_a_private_feed_holds_the_members_own_events_and_no_others(bench: Bench) -> None:
    mine, other = bench.event(), bench.event(name="Gala", sources=[])
    register(bench, mine, bench.ada)
    register(bench, other, bench.ben)
    path = subscribe(bench, bench.ada)
    answer = fetch(bench, path)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert [(each.uid.value, each.status.value) for each in feed(bench, path)] == [(mine, "CONFIRMED")]
    assert feed(bench, subscribe(bench, bench.ada, tenant=bench.neighbor)) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("confirmed", "CONFIRMED"),
        ("no_show", "CONFIRMED"),
        ("pending", "TENTATIVE"),
        ("waitlisted", "TENTATIVE"),
        ("cancelled", "CANCELLED"),
        ("refunded", "CANCELLED"),
    ],
)
def test_a_registration_stands_in_the_feed_as_what_it_is(bench: Bench, said: str, shown: str) -> None:
    bench.event()
    register_ticket(bench, bench.ada, status=said)
    assert status(bench, subscribe(bench, bench.ada)) == shown


def test_the_best_of_several_registrations_counts(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1", "A-2")
    bench.ticket("A-1")
    bench.ticket("A-2", status="cancelled")
    assert status(bench, subscribe(bench, bench.ada)) == "CONFIRMED"


def test_a_ticket_that_moved_to_somebody_else_is_cancelled_in_the_feed_of_the_first(bench: Bench) -> None:
    bench.event()
    register_ticket(bench, bench.ada)
    bench.member(bench.ben, "A-1", owned=2)
    assert status(bench, subscribe(bench, bench.ada)) == "CANCELLED"
    assert status(bench, subscribe(bench, bench.ben)) == "CONFIRMED"


def test_an_event_keeps_its_uid_so_that_no_program_shows_it_twice(bench: Bench) -> None:
    event = bench.event()
    registration = register(bench, event, bench.ada)
    path = subscribe(bench, bench.ada)
    seen = {feed(bench, path)[0].uid.value, entries(of_event(bench, event).get_data())[0].uid.value}
    change(bench, event, name="Summit", starts_at="2099-05-04T08:00:00Z", time_zone="America/Havana")
    seen.add(feed(bench, path)[0].uid.value)
    bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=bench.ada)
    seen.add(feed(bench, path)[0].uid.value)
    register(bench, event, bench.ada)
    bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
    seen.add(feed(bench, path)[0].uid.value)
    assert seen == {event}


def test_the_sequence_rises_with_every_change_and_is_never_stuck(bench: Bench) -> None:
    event = bench.event()
    path = subscribe(bench, bench.ada)
    seen: list[tuple[str, int]] = []

    def look() -> None:
        [entry] = feed(bench, path)
        seen.append((entry.status.value, sequence(entry)))

    registration = register(bench, event, bench.ada)
    look()
    change(bench, event, starts_at="2099-05-04T08:00:00Z")
    look()
    change(bench, event, place="Hall 2")
    look()
    bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=bench.ada)
    look()
    register(bench, event, bench.ada)
    look()
    bench.call("POST", f"/v1/events/{event}/cancel", "organizer")
    look()
    bench.perform_due()
    look()
    assert [standing for standing, _ in seen] == ["CONFIRMED"] * 3 + ["CANCELLED", "CONFIRMED"] + ["CANCELLED"] * 2
    numbers = [number for _, number in seen]
    assert numbers == sorted(set(numbers))


def test_the_messages_of_a_registration_carry_what_raises_the_sequence(bench: Bench) -> None:
    event = bench.event()
    registration = register(bench, event, bench.ada)
    bench.call("PUT", f"/v1/registrations/{registration}/check-in", "organizer")
    bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=bench.ada)
    assert [each.data["sequence"] for each in bench.told("registration")] == [1, 2, 3]
    [entry] = feed(bench, subscribe(bench, bench.ada))
    assert sequence(entry) == 2 + 3


def test_what_is_cancelled_leaves_the_feed_after_a_while(bench: Bench) -> None:
    event = bench.event()
    registration = register(bench, event, bench.ada)
    path = subscribe(bench, bench.ada)
    bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=bench.ada)
    assert status(bench, path) == "CANCELLED"
    long_ago = datetime.now(UTC) - CANCELLED_SHOWN - timedelta(minutes=1)
    for name in ("registrations", "attendance"):
        bench.foundation.database[name].update_many({"tenant": bench.tenant}, {"$set": {"updated_at": long_ago}})
    assert feed(bench, path) == []


@pytest.mark.parametrize("zone", ["America/Santiago", "America/Havana", "Atlantic/Azores"])
@pytest.mark.parametrize("month", [1, 7])
def test_a_zone_whose_clocks_change_at_midnight_shows_events_at_their_moment(
    bench: Bench, zone: str, month: int
) -> None:
    starts_at = datetime(2030, month, 10, 4, 30, tzinfo=UTC)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
    event = bench.event(time_zone=zone, **times)
    content = of_event(bench, event).get_data()
    assert f"DTSTART;TZID={zone}:".encode() in content
    [entry] = entries(content)
    assert moments(entry) == (starts_at, starts_at + timedelta(hours=2))


def test_a_new_address_revokes_the_one_before(bench: Bench) -> None:
    first = subscribe(bench, bench.ada)
    second = subscribe(bench, bench.ada)
    assert first != second
    assert fetch(bench, first).status_code == 404
    assert fetch(bench, second).status_code == 200
    assert bench.call("DELETE", "/v1/calendars", "member", member=bench.ben).status_code == 204
    assert fetch(bench, second).status_code == 200
    for _ in range(2):
        assert bench.call("DELETE", "/v1/calendars", "member", member=bench.ada).status_code == 204
        assert fetch(bench, second).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "%FF", "é" * 300, "..", "a.ics", "{token}"])
def test_an_unknown_address_shows_nothing(bench: Bench, token: str) -> None:
    assert fetch(bench, f"/v1/calendars/{token}.ics").status_code == 404


def test_of_an_address_only_the_hash_is_kept_and_it_cannot_be_guessed(bench: Bench) -> None:
    token = subscribe(bench, bench.ada).removeprefix("/v1/calendars/").removesuffix(".ics")
    assert len(token) * 6 >= 128
    database = bench.foundation.database
    assert not any(token in repr(row) for name in database.list_collection_names() for row in database[name].find())


def test_of_many_addresses_made_at_once_one_holds(bench: Bench) -> None:
    made: list[str] = []

    def make() -> int:
        answer = bench.call("POST", "/v1/calendars", "member", member=bench.ada)
        if answer.json is not None and answer.status_code == 201:
            made.append(answer.json["url"].removeprefix(bench.settings.public_url))
        return answer.status_code

    statuses = at_once([make] * 8)
    assert statuses.keys() <= {201, 409}
    assert Counter(fetch(bench, path).status_code for path in made)[200] == 1
    assert bench.foundation.database["calendars"].count_documents({"tenant": bench.tenant}) == 1


def test_an_erased_or_merged_member_has_no_feed_any_more(bench: Bench) -> None:
    bench.member(bench.ada, "A-1")
    bench.member(bench.ben, "A-2")
    erased, merged = subscribe(bench, bench.ada), subscribe(bench, bench.ben)
    bench.receive("members.v1", "member.erased.v1", None, key=bench.ada, version=9)
    assert (fetch(bench, erased).status_code, fetch(bench, merged).status_code) == (404, 200)
    gone = {"id": bench.ben, "merged_into": bench.ada}
    bench.receive("members.v1", "member.merged.v1", gone, key=bench.ben, version=9)
    assert fetch(bench, merged).status_code == 404
