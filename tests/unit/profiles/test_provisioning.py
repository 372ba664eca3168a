"""What an account means for the member it is of."""

import dataclasses

import pytest

from services.profiles.domain.account import Account, account_of, changed_names
from services.profiles.domain.member import Address, Identifier, Key, Member, Provision
from services.profiles.domain.provisioning import keys_by, profile_by, suspends
from tests.unit.profiles.association import NOW, registered

LISTED = (Address("ada@example.org", "work", True), Address("ada@home.example", "home", False))


def provisioned(*further: Key, **changes: object) -> Member:
    member = registered("Ada", "Okafor", email="ada@example.org", number="M-1")
    keys = {*member.keys, Key("scim", "ada"), Key("scim.external", "e-1"), Key("email", "ada@home.example"), *further}
    provision = Provision("Ada", external_id="e-1", addresses=LISTED, said=("addresses", "title"))
    return dataclasses.replace(
        member,
        provision=provision,
        identifiers=tuple(Identifier(*key, NOW, 1) for key in sorted(keys)),
        **changes,  # type: ignore[arg-type]
    )


ADA = provisioned()
SEEN = account_of(ADA)


def test_an_account_is_what_the_member_is() -> None:
    assert (
        Account(
            "Ada",
            external_id="e-1",
            given_name="Ada",
            family_name="Okafor",
            active=True,
            addresses=LISTED,
            member_number="M-1",
        )
        == SEEN
    )
    assert changed_names(SEEN, dataclasses.replace(SEEN, title="Head", active=False)) == {"title", "active"}


@pytest.mark.parametrize(
    ("change", "said", "gained", "lost"),
    [
        ({"user_name": "Ben"}, {"user_name"}, {Key("scim", "ben")}, {Key("scim", "ada")}),
        ({"user_name": "ADA"}, {"user_name"}, set(), set()),
        ({"external_id": "e-2"}, {"external_id"}, {Key("scim.external", "e-2")}, {Key("scim.external", "e-1")}),
        ({"external_id": None}, {"external_id"}, set(), {Key("scim.external", "e-1")}),
        ({"member_number": "M-2"}, {"member_number"}, {Key("ams", "M-2")}, {Key("ams", "M-1")}),
        ({"member_number": None}, {"member_number"}, set(), {Key("ams", "M-1")}),
        ({"member_number": "M-9"}, {"member_number"}, set(), set()),
        ({"addresses": LISTED[:1]}, {"addresses"}, set(), {Key("email", "ada@home.example")}),
        ({"addresses": ()}, {"title"}, set(), set()),
    ],
)
def test_an_identifier_stands_in_the_place_of_the_one_that_was_shown(
    change: dict[str, object], said: set[str], gained: set[Key], lost: set[Key]
) -> None:
    merged = provisioned(Key("scim", "of-a-merge"), Key("ams", "M-9"), Key("https://issuer.test", "subject"))
    account = dataclasses.replace(SEEN, **change)  # type: ignore[arg-type]
    keys = keys_by(merged, account, said)
    assert (keys - merged.keys, merged.keys - keys) == (gained, lost)


def test_nothing_of_a_provisional_member_s_is_taken_over_but_what_is_said() -> None:
    guessed = dataclasses.replace(registered("Eve", "", email="eve@example.org", number="M-1"), provisional=True)
    account = Account("ada", member_number="M-1")
    assert keys_by(guessed, account, account.said) == {Key("scim", "ada"), Key("ams", "M-1")}
    assert profile_by(guessed, account, account.said)["email"] is None


@pytest.mark.parametrize(
    ("membership", "by", "suspended"),
    [
        ("active", None, True),
        ("lapsed", None, True),
        ("suspended", "feed", True),
        ("suspended", "scim", False),
        ("suspended", "conduct", False),
        ("suspended", None, False),
    ],
)
def test_who_may_be_suspended(membership: str, by: str | None, suspended: bool) -> None:
    member = dataclasses.replace(ADA, membership=membership, suspended_by=by)
    gone = dataclasses.replace(SEEN, active=False)
    assert suspends(member, gone, {"active"}) is suspended
    assert suspends(member, gone, {"title"}) is False
    assert suspends(member, SEEN, {"active"}) is False


@pytest.mark.parametrize(
    ("membership", "by", "lifted"),
    [("suspended", "scim", True), ("suspended", "feed", False), ("suspended", None, False), ("lapsed", None, False)],
)
def test_whose_suspension_is_lifted(membership: str, by: str | None, lifted: bool) -> None:
    member = dataclasses.replace(ADA, membership=membership, suspended_by=by)
    assert ("membership" in profile_by(member, SEEN, {"active"})) is lifted


def test_a_standing_comes_back_with_the_member() -> None:
    lapsed = dataclasses.replace(ADA, membership="lapsed")
    kept = profile_by(lapsed, dataclasses.replace(SEEN, active=False), {"active"})["provision"]
    gone = dataclasses.replace(lapsed, membership="suspended", suspended_by="scim", provision=kept)
    assert account_of(gone).membership == "lapsed"
    assert profile_by(gone, SEEN, {"active"})["membership"] == "lapsed"


def test_what_is_left_unsaid_stays_and_what_is_taken_back_goes() -> None:
    titled = dataclasses.replace(ADA, job_title="Head", grade="Fellow")
    assert "job_title" not in profile_by(titled, SEEN, {"active"})
    profile = profile_by(titled, SEEN, {"title"})
    assert profile["job_title"] is None
    assert profile["provision"] is not None
    assert profile["provision"].said == ("addresses",)
    assert "grade" not in profile


@pytest.mark.parametrize(
    ("email", "seen"),
    [
        ("ada@home.example", [(LISTED[0].value, False), (LISTED[1].value, True)]),
        ("new@example.org", [(LISTED[0].value, False), (LISTED[1].value, False), ("new@example.org", True)]),
        (None, [(LISTED[0].value, True), (LISTED[1].value, False)]),
    ],
)
def test_the_primary_address_is_the_member_s_whoever_has_chosen_it(
    email: str | None, seen: list[tuple[str, bool]]
) -> None:
    further = {Key("email", email)} if email else set()
    member = provisioned(*further, email=email)
    assert [(each.value, each.primary) for each in account_of(member).addresses] == seen
