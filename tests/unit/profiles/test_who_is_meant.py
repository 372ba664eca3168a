"""Whom an attendee record means."""

from services.profiles.domain.member import Key
from tests.unit.profiles.association import Association, record, registered, tickets


def test_a_ticket_with_an_unknown_address_makes_a_provisional_member() -> None:
    association = Association()
    association.hear(record("A-1", email="Ada@Example.org", name="Ada Okafor", organization="Northwind", locale="en"))
    ada = association.owner("A-1")
    assert (ada.given_name, ada.family_name, ada.email, ada.organization) == (
        "Ada",
        "Okafor",
        "Ada@Example.org",
        "Northwind",
    )
    assert ada.provisional
    assert ada.keys == {Key("email", "ada@example.org")}
    assert tickets(ada) == {"A-1"}


def test_two_tickets_with_one_address_are_one_persons() -> None:
    association = Association()
    association.hear(record("A-1", email="ada@example.org"))
    association.hear(record("B-1", email="ADA@example.org"))
    assert association.owner("A-1") == association.owner("B-1")
    assert tickets(association.owner("A-1")) == {"A-1", "B-1"}


def test_an_address_finds_the_registered_member_whatever_its_case() -> None:
    ada = registered("Ada", "Okafor", email="ada@example.org")
    association = Association(ada)
    association.hear(record("A-1", email="ADA@EXAMPLE.ORG", name="A. O."))
    assert association.owner("A-1").id == ada.id
    assert association.owner("A-1").given_name == "Ada"


def test_the_member_number_outranks_the_address() -> None:
    ada = registered("Ada", "Okafor", number="100")
    ben = registered("Ben", "Lindqvist", email="ben@example.org")
    association = Association(ada, ben)
    association.hear(record("A-1", member_number="100", email="ben@example.org"))
    assert association.owner("A-1").id == ada.id


def test_a_number_nobody_has_leaves_it_to_the_address() -> None:
    ben = registered("Ben", "Lindqvist", email="ben@example.org")
    association = Association(ben)
    association.hear(record("A-1", member_number="100", email="ben@example.org"))
    assert association.owner("A-1").id == ben.id


def test_a_number_other_than_the_members_own_is_another_person() -> None:
    ben = registered("Ben", "Lindqvist", email="family@example.org", number="7")
    association = Association(ben)
    association.hear(record("A-1", member_number="8", email="family@example.org"))
    assert association.owner("A-1").id != ben.id
    assert association.owner("A-1").keys == {Key("ams", "8")}


def test_an_address_named_with_a_number_elsewhere_means_the_numbers_person() -> None:
    association = Association()
    association.hear(record("A-1", email="ada@example.org"))
    association.hear(record("B-1", member_number="100", email="ada@example.org"))
    association.hear(record("C-1", member_number="100", email="other@example.org"))
    assert len({association.owner(ticket).id for ticket in ("A-1", "B-1", "C-1")}) == 1


def test_an_address_named_with_two_numbers_means_neither() -> None:
    association = Association()
    association.hear(record("A-1", member_number="1", email="family@example.org"))
    association.hear(record("B-1", member_number="2", email="family@example.org"))
    association.hear(record("C-1", email="family@example.org"))
    assert len({association.owner(ticket).id for ticket in ("A-1", "B-1", "C-1")}) == 3
    assert association.owner("A-1").keys == {Key("ams", "1")}
    assert association.owner("C-1").keys == {Key("email", "family@example.org")}


def test_a_buyers_ticket_in_the_buyers_name_is_the_buyers() -> None:
    ada = registered("Ada", "Okafor", email="office@example.org")
    association = Association(ada)
    association.hear(record("A-1", buyer_email="office@example.org", name="  ada   OKAFOR "))
    assert association.owner("A-1").id == ada.id


def test_a_buyers_ticket_in_another_name_is_a_person_of_its_own() -> None:
    ada = registered("Ada", "Okafor", email="office@example.org")
    association = Association(ada)
    association.hear(record("A-1", buyer_email="office@example.org", name="Ben Lindqvist"))
    ben = association.owner("A-1")
    assert (ben.provisional, ben.given_name, ben.email, ben.keys) == (True, "Ben", None, frozenset())


def test_nameless_tickets_of_one_buyer_are_as_many_people() -> None:
    association = Association(registered("Ada", "Okafor", email="office@example.org"))
    association.hear(record("A-1", buyer_email="office@example.org"))
    association.hear(record("A-2", buyer_email="office@example.org", name="  "))
    association.hear(record("A-3"))
    owners = {association.owner(ticket).id for ticket in ("A-1", "A-2", "A-3")}
    assert len(owners) == 3
    assert "member-Ada" not in owners


def test_a_nameless_ticket_never_matches_a_nameless_member() -> None:
    association = Association()
    association.hear(record("A-1", email="office@example.org"))
    association.hear(record("A-2", buyer_email="office@example.org"))
    assert association.owner("A-1") != association.owner("A-2")


def test_a_buyer_who_is_known_only_later_gets_the_ticket_then() -> None:
    association = Association()
    association.hear(record("A-1", buyer_email="ada@example.org", name="Ada Okafor"))
    assert association.owner("A-1").keys == frozenset()
    association.hear(record("B-1", email="ada@example.org", name="Ada Okafor"))
    assert association.owner("A-1").id == association.owner("B-1").id


def test_a_buyers_own_ticket_stays_when_the_member_takes_another_name() -> None:
    association = Association(registered("Ada", "Okafor", email="ada@example.org"))
    association.hear(record("A-1", buyer_email="ada@example.org", name="Ada Okafor"))
    association.patch("member-Ada", family_name="Jones")
    association.hear(record("B-1", email="ada@example.org"))
    association.hear(record("A-1", 2, buyer_email="ada@example.org", name="Ada Okafor"))
    assert association.owner("A-1").id == "member-Ada"
    association.hear(record("A-1", 3, buyer_email="ada@example.org", name="Carla Reyes"))
    assert association.owner("A-1").id != "member-Ada"


def test_a_changed_address_moves_the_ticket_and_raises_its_version() -> None:
    association = Association()
    association.hear(record("A-1", email="ada@example.org"))
    ada = association.owner("A-1")
    settlement = association.hear(record("A-1", 2, email="ben@example.org"))
    ben = association.owner("A-1")
    assert settlement is not None
    assert {member.id for member in settlement.members} == {ada.id, ben.id}
    assert tickets(association.members[ada.id]) == set()
    assert association.members[ada.id].email == "ada@example.org"
    assert [each.version for each in ben.identifiers if each.of_registration] == [2]
    association.hear(record("A-1", 3, email="ada@example.org"))
    assert association.owner("A-1").id == ada.id
    assert [each.version for each in association.owner("A-1").identifiers if each.of_registration] == [3]


def test_who_was_nameless_stays_the_same_member_when_an_address_becomes_known() -> None:
    association = Association()
    association.hear(record("A-1", buyer_email="office@example.org"))
    nameless = association.owner("A-1")
    association.hear(record("A-1", 2, email="ada@example.org", name="Ada Okafor"))
    assert association.owner("A-1").id == nameless.id
    assert association.owner("A-1").given_name == "Ada"


def test_who_had_an_address_is_not_who_a_nameless_ticket_is_for() -> None:
    association = Association()
    association.hear(record("A-1", email="ada@example.org", name="Ada Okafor"))
    ada = association.owner("A-1")
    association.hear(record("A-1", 2, buyer_email="office@example.org"))
    nameless = association.owner("A-1")
    assert nameless.id != ada.id
    association.hear(record("A-1", 3, email="ada@example.org", name="Ada Okafor"))
    association.hear(record("A-1", 4, buyer_email="office@example.org"))
    assert association.owner("A-1").id == nameless.id


def test_an_older_record_cannot_revive_a_removed_registration() -> None:
    association = Association()
    association.hear(record("A-1", 5, removed=True))
    assert association.hear(record("A-1", 4, email="ada@example.org")) is None
    assert association.members == {}


def test_a_newer_record_revives_a_removed_registration_for_the_same_person() -> None:
    association = Association()
    association.hear(record("A-1", 1, email="ada@example.org"))
    ada = association.owner("A-1")
    association.hear(record("A-1", 2, removed=True))
    assert tickets(association.members[ada.id]) == set()
    association.hear(record("A-1", 3, email="ada@example.org"))
    assert association.owner("A-1").id == ada.id
    assert [each.version for each in association.owner("A-1").identifiers if each.of_registration] == [2]


def test_of_two_records_of_one_moment_the_higher_id_wins() -> None:
    for ids in (("a", "b"), ("b", "a")):
        association = Association()
        for record_id in ids:
            association.hear(record("A-1", email=f"{record_id}@example.org"), record_id)
        assert association.owner("A-1").email == "b@example.org"


def test_a_record_that_says_nothing_new_announces_nobody() -> None:
    association = Association()
    association.hear(record("A-1", email="ada@example.org", name="Ada Okafor", mentoring=["mentor"]))
    for day, status in enumerate(("confirmed", "cancelled", "confirmed"), 2):
        again = record("A-1", day, email="ada@example.org", name="Ada Okafor", mentoring=["mentor"], status=status)
        settlement = association.hear(again)
        assert settlement is not None
        assert settlement.members == []


def test_a_changed_number_moves_the_ticket_to_another_person() -> None:
    association = Association()
    association.hear(record("A-1", member_number="1", email="ada@example.org"))
    before = association.owner("A-1")
    association.hear(record("A-1", 2, member_number="2", email="ada@example.org"))
    assert association.owner("A-1").id != before.id
    assert association.members[before.id].keys == {Key("ams", "1")}


def test_a_ticket_that_loses_its_address_is_not_its_former_owners() -> None:
    association = Association()
    association.hear(record("A-1", buyer_email="office@example.org"))
    association.hear(record("A-1", 2, email="ada@example.org", name="Ada Okafor"))
    ada = association.owner("A-1")
    association.hear(record("A-1", 3, buyer_email="office@example.org"))
    assert association.owner("A-1").id != ada.id
    assert association.members[ada.id].keys == {Key("email", "ada@example.org")}
