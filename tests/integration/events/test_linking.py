"""A registration is told of once its member is known, whichever came first, and follows its identifier."""

import pytest

from tests.integration.events.conftest import Bench, Told

FIRST, SECOND, THIRD, FOURTH = (f"2026-11-0{day}T10:00:00Z" for day in (1, 2, 3, 4))


def words(told: list[Told]) -> list[tuple[str, str, bool]]:
    return [
        (each.type.removeprefix("registration.").removesuffix(".v1"), each.data["member_id"], each.data["attending"])
        for each in told
    ]


@pytest.mark.parametrize("member_first", [True, False])
def test_a_ticket_is_confirmed_once_its_member_is_known_whichever_comes_first(bench: Bench, member_first: bool) -> None:
    event = bench.event()
    if member_first:
        bench.member(bench.ada, "A-1")
    bench.ticket("A-1", mentoring=["mentor"])
    if not member_first:
        bench.member(bench.ada, "A-1")
    (told,) = bench.told("registration")
    (found,) = bench.registrations(event)
    assert told.type == "registration.confirmed.v1"
    assert (told.key, told.data) == (
        found["id"],
        {
            "id": found["id"],
            "event_id": event,
            "member_id": bench.ada,
            "status": "confirmed",
            "attending": True,
            "sequence": 1,
            "checked_in_at": None,
            "mentoring": ["mentor"],
            "source": "pretix",
            "source_event_id": "summit",
            "source_registration_id": "A-1",
        },
    )
    assert (found["member_id"], found["attending"]) == (bench.ada, True)


def test_a_ticket_cancelled_before_its_member_is_known_is_never_told_of(bench: Bench) -> None:
    bench.event()
    bench.ticket("A-1", updated_at=FIRST)
    bench.ticket("A-1", updated_at=SECOND, status="cancelled")
    bench.member(bench.ada, "A-1")
    assert bench.told("registration") == []


def test_a_ticket_that_is_paid_later_is_confirmed_then(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1", status="pending")
    assert bench.told("registration") == []
    bench.ticket("A-1", updated_at=SECOND)
    assert words(bench.told("registration")) == [("confirmed", bench.ada, True)]


def test_a_cancelled_ticket_that_comes_back_is_confirmed_again(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1")
    for at, status in ((FIRST, "confirmed"), (SECOND, "refunded"), (THIRD, "confirmed")):
        bench.ticket("A-1", updated_at=at, status=status)
    assert words(bench.told("registration")) == [
        ("confirmed", bench.ada, True),
        ("cancelled", bench.ada, False),
        ("confirmed", bench.ada, True),
    ]
    assert [each.version for each in bench.told("registration")] == [1, 2, 3]


def test_a_person_attends_while_one_of_any_number_of_tickets_is_live(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1", "A-2", "A-3")
    for registration in ("A-1", "A-2", "A-3"):
        bench.ticket(registration, updated_at=FIRST)
    for registration in ("A-1", "A-2"):
        bench.ticket(registration, updated_at=SECOND, status="cancelled")
    cancelled = [each for each in bench.told("registration") if each.type == "registration.cancelled.v1"]
    assert [each.data["attending"] for each in cancelled] == [True, True]
    assert {each["attending"] for each in bench.registrations(event)} == {True}
    bench.ticket("A-3", updated_at=SECOND, status="cancelled")
    last = [each for each in bench.told("registration.cancelled") if each.data["source_registration_id"] == "A-3"]
    assert [each.data["attending"] for each in last] == [False]


def test_a_changed_address_moves_the_ticket_and_the_old_member_loses_it_first(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    bench.member(bench.ben, "A-1", owned=2)
    told = bench.told("registration")
    assert words(told) == [
        ("confirmed", bench.ada, True),
        ("cancelled", bench.ada, False),
        ("confirmed", bench.ben, True),
    ]
    assert told[1].data["reason"] == "moved"
    assert told[1].version == told[2].version
    assert [each["member_id"] for each in bench.registrations(event)] == [bench.ben]
    assert bench.shown(event)["seats_taken"] == 1


def test_an_older_claim_on_an_identifier_changes_nothing(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ben, "A-1", owned=2)
    bench.member(bench.ada, "A-1", owned=1)
    assert [each["member_id"] for each in bench.registrations(event)] == [bench.ben]
    assert words(bench.told("registration")) == [("confirmed", bench.ben, True)]


def test_identifiers_with_slashes_of_their_own_still_link(bench: Bench) -> None:
    event = bench.event(sources=[{"source": "pretix", "source_event_id": "org/summit"}])
    bench.ticket("A/1", source_event_id="org/summit")
    identifiers = [{"issuer": "pretix", "value": "org/summit/A/1", "version": 1}]
    bench.member(bench.ada, identifiers=identifiers)
    assert [each["member_id"] for each in bench.registrations(event)] == [bench.ada]


def test_another_tenant_s_member_never_gets_the_ticket(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    data = {
        "id": bench.ada,
        "given_name": "Ada",
        "family_name": "Okafor",
        "identifiers": [{"issuer": "pretix", "value": "summit/A-1", "version": 1}],
    }
    bench.receive("members.v1", "member.registered.v1", data, key=bench.ada, version=1, tenant=bench.neighbor)
    assert [each["member_id"] for each in bench.registrations(event)] == [None]


def test_a_check_in_at_the_source_is_told_and_so_is_its_reversal(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1", updated_at=FIRST, checked_in_at="2026-11-01T12:00:00+02:00")
    bench.ticket("A-1", updated_at=SECOND)
    told = bench.told("registration")
    assert [each.type for each in told] == [
        "registration.confirmed.v1",
        "registration.checked_in.v1",
        "registration.check_in_reverted.v1",
    ]
    assert [each.data["checked_in_at"] for each in told] == [None, "2026-11-01T10:00:00Z", None]


def test_a_no_show_is_told_and_no_longer_attends(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1", updated_at=FIRST)
    bench.ticket("A-1", updated_at=SECOND, status="no_show")
    assert words(bench.told("registration")) == [("confirmed", bench.ada, True), ("no_show", bench.ada, False)]


def test_who_opts_in_later_is_confirmed_once_more_with_the_role(bench: Bench) -> None:
    bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1", updated_at=FIRST)
    bench.ticket("A-1", updated_at=SECOND, mentoring=["mentee"])
    bench.ticket("A-1", updated_at=THIRD, mentoring=["mentee"], ticket_type="Guest")
    assert [each.data["mentoring"] for each in bench.told("registration.confirmed")] == [[], ["mentee"]]


def test_the_desk_s_check_in_stays_until_the_source_changes_its_own(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", updated_at=FIRST)
    (found,) = bench.registrations(event)
    assert bench.call("PUT", f"/v1/registrations/{found['id']}/check-in", "organizer").status_code == 200
    bench.ticket("A-1", updated_at=SECOND, ticket_type="Guest")
    assert bench.registrations(event)[0]["checked_in_at"] is not None
    bench.ticket("A-1", updated_at=THIRD, checked_in_at="2026-11-03T09:00:00Z")
    bench.ticket("A-1", updated_at=FOURTH)
    assert bench.registrations(event)[0]["checked_in_at"] is None


def test_the_desk_finds_people_by_name_address_and_ticket(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", person={"name": "Farid Haddad", "buyer_email": "office@example.org"})
    bench.ticket("B-2", person={"given_name": "Grace", "family_name": "Mbeki", "email": "grace@example.org"})
    bench.ticket("C-3", person={})
    bench.member(bench.ada, "C-3", given_name="Élodie", family_name="Martin")
    for text, ticket in (("haddad", "A-1"), ("OFFICE@", "A-1"), ("grace m", "B-2"), ("c-3", "C-3"), ("élodie", "C-3")):
        assert [each["source_registration_id"] for each in bench.registrations(event, q=text)] == [ticket], text
    assert bench.registrations(event, q="nobody at all (") == []


def test_a_member_erased_leaves_no_name_behind(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    bench.receive("members.v1", "member.erased.v1", None, key=bench.ada, version=2)
    (found,) = bench.registrations(event)
    assert (found["name"], found["email"]) == (None, None)
    assert bench.foundation.database["members"].count_documents({"_id": bench.ada}) == 0
    assert bench.foundation.database["identifiers"].count_documents({"member_id": bench.ada}) == 0


def test_a_merged_member_gives_its_tickets_to_the_survivor(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    bench.receive(
        "members.v1", "member.merged.v1", {"id": bench.ada, "merged_into": bench.ben}, key=bench.ada, version=2
    )
    bench.member(bench.ben, "A-1", owned=2)
    assert [each["member_id"] for each in bench.registrations(event)] == [bench.ben]
