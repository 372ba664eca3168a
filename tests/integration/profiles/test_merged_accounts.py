"""An account that an identity provider keeps goes where its member goes, merged and taken apart again."""

from typing import Any

import pytest

from tests.integration.profiles.conftest import Office
from tests.integration.profiles.scim import Provider, member
from tests.integration.profiles.test_merging import merge, unmerge

INACTIVE = {"op": "replace", "path": "active", "value": False}
ACTIVE = {"op": "replace", "path": "active", "value": True}


def a_user_and_another(office: Office, **more: Any) -> tuple[Provider, str, str]:
    """The identity provider, its user, and a member whom it does not know."""
    provider = Provider(office)
    user = provider.create("ada", emails=[{"value": "ada@home.example"}], **more)
    return provider, user["id"], office.register(email="ada@work.example")["id"]


def standing(office: Office, member_id: str) -> tuple[str, str | None]:
    found = member(office, member_id)
    return found.membership, found.suspended_by


def test_a_merge_does_not_bring_back_whom_the_provider_suspended(office: Office) -> None:
    provider, away, into = a_user_and_another(office, active=False)
    office.call("PATCH", f"/v1/members/{into}", json={"membership": "lapsed"})
    assert merge(office, away, into).status_code == 200
    assert provider.get(into)["active"] is False
    assert standing(office, into) == ("suspended", "scim")
    assert unmerge(office, away).status_code == 200
    assert (standing(office, away), standing(office, into)) == (("suspended", "scim"), ("lapsed", None))


def test_who_is_let_back_has_the_standing_that_the_survivor_had(office: Office) -> None:
    provider, away, into = a_user_and_another(office, active=False)
    office.call("PATCH", f"/v1/members/{into}", json={"membership": "lapsed"})
    assert merge(office, away, into).status_code == 200
    provider.patch(into, ACTIVE)
    assert standing(office, into) == ("lapsed", None)
    assert unmerge(office, away).status_code == 200
    assert (provider.get(away)["active"], standing(office, into)) == (True, ("lapsed", None))


@pytest.mark.parametrize("renamed", [False, True])
def test_an_account_changed_while_merged_goes_back_and_stays_one(office: Office, renamed: bool) -> None:
    provider, away, into = a_user_and_another(office, externalId="x-1")
    assert merge(office, away, into).status_code == 200
    name = "ada.lovelace" if renamed else "ada"
    provider.patch(
        into,
        {"op": "replace", "path": "displayName", "value": "Ada L."},
        {"op": "replace", "path": "userName", "value": name},
        {"op": "replace", "path": "externalId", "value": "x-2"},
    )
    assert unmerge(office, away).status_code == 200
    assert provider.names("userName pr") == [name]
    assert provider.names('externalId eq "x-2"') == [name]
    assert (member(office, into).provision, provider.get(away)["externalId"]) == (None, "x-2")
    assert provider.patch(away, INACTIVE)["active"] is False
    assert standing(office, into) == ("active", None)


def test_whom_the_provider_suspended_while_merged_is_not_back_by_an_unmerge(office: Office) -> None:
    provider, away, into = a_user_and_another(office)
    assert merge(office, away, into).status_code == 200
    provider.patch(into, INACTIVE)
    assert unmerge(office, away).status_code == 200
    assert (standing(office, away), standing(office, into)) == (("suspended", "scim"), ("active", None))
    assert provider.patch(away, ACTIVE)["active"] is True


def test_whom_the_provider_deleted_while_merged_is_not_back_by_an_unmerge(office: Office) -> None:
    provider, away, into = a_user_and_another(office)
    assert merge(office, away, into).status_code == 200
    assert provider.call("DELETE", f"/Users/{into}").status_code == 204
    assert unmerge(office, away).status_code == 200
    assert provider.names("userName pr") == []
    assert (standing(office, away), standing(office, into)) == (("suspended", "scim"), ("active", None))
    assert provider.create("ada")["id"] == away


def test_an_account_that_the_survivor_got_by_itself_stays(office: Office) -> None:
    provider, away, into = a_user_and_another(office)
    assert provider.call("DELETE", f"/Users/{away}").status_code == 204
    assert merge(office, away, into).status_code == 200
    assert provider.create("sam", emails=[{"value": "ada@work.example"}])["id"] == into
    assert unmerge(office, away).status_code == 200
    assert provider.names("userName pr") == ["sam"]
    assert provider.get(into)["userName"] == "sam"
