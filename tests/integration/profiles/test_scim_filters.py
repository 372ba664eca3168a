"""Filters of RFC 7644 over members: each operator, and what of it goes by an index."""

from typing import Any

import pytest

from tests.integration.profiles.conftest import Office
from tests.integration.profiles.scim import ENTERPRISE, ITHACA, Provider, member

PEOPLE: dict[str, dict[str, Any]] = {
    "Ada": {
        "externalId": "e-Ada",
        "name": {"givenName": "Ada", "familyName": "Okafor"},
        "title": "Surveyor",
        "emails": [{"value": "ada@example.org", "type": "work", "primary": True}, {"value": "ada@home.example"}],
        ITHACA: {"memberNumber": "M-1", "grade": "Fellow", "section": "Milan"},
        ENTERPRISE: {"organization": "Northwind"},
    },
    "ben": {
        "externalId": "e-ben",
        "name": {"givenName": "Ben", "familyName": "Åström"},
        "emails": [{"value": "BEN@Example.org", "type": "home"}],
        ITHACA: {"memberNumber": "M-2"},
        "active": False,
    },
    "chen": {"name": {"familyName": "Wei (*)"}, "displayName": "Chen", "preferredLanguage": "en"},
}


@pytest.fixture
def provider(office: Office) -> Provider:
    provider = Provider(office)
    for name, said in PEOPLE.items():
        provider.create(name, **said)
    office.register(given_name="Dana", family_name="Reyes", email="dana@example.org")
    Provider(office, "other").create("zoe", name={"givenName": "Ada"})
    return provider


CASES = [
    ('userName eq "ada"', "Ada"),
    ('USERNAME EQ "ADA"', "Ada"),
    ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', "Ada"),
    ('userName ne "ada"', "ben chen"),
    ('userName co "E"', "ben chen"),
    ('userName sw "A"', "Ada"),
    ('userName ew "EN"', "ben chen"),
    ('userName gt "ada"', "ben chen"),
    ('userName ge "ADA" and userName lt "chen"', "Ada ben"),
    ('userName le "ben"', "Ada ben"),
    ("userName pr", "Ada ben chen"),
    ('externalId eq "e-Ada"', "Ada"),
    ('externalId eq "e-ada"', ""),
    ("externalId pr", "Ada ben"),
    ("externalId eq null", "chen"),
    ("externalId ne null", "Ada ben"),
    ('emails.value eq "ADA@home.example"', "Ada"),
    ('emails eq "ada@example.org"', "Ada"),
    ('emails co "@EXAMPLE.org"', "Ada ben"),
    ('emails.value sw "ben@"', "ben"),
    ('emails.type eq "work"', "Ada"),
    ("emails.type pr", "Ada ben"),
    ("emails.primary eq true", "Ada"),
    ("emails pr", "Ada ben"),
    ('emails[type eq "work" and value eq "ada@example.org"]', "Ada"),
    ('emails[type eq "home" and value eq "ada@example.org"]', ""),
    ('emails[type eq "work" and value co "home.example"]', ""),
    ('emails[type eq "work"].value eq "ada@example.org"', "Ada"),
    ('emails[not (type eq "work") and value co "example"]', "Ada ben"),
    ("active eq true", "Ada chen"),
    ("active eq false", "ben"),
    ("active ne true", "ben"),
    ('name.givenName eq "ada"', "Ada"),
    ('name.familyName co "ström"', "ben"),
    ('name.familyName ew "(*)"', "chen"),
    ('name.familyName sw "."', ""),
    ("name.givenName pr", "Ada ben"),
    ("name pr", "Ada ben chen"),
    ('title eq "surveyor"', "Ada"),
    ('displayName eq "CHEN"', "chen"),
    ('preferredLanguage eq "EN"', "chen"),
    (f'{ITHACA}:memberNumber eq "M-2"', "ben"),
    (f'{ITHACA}:memberNumber sw "M-"', "Ada ben"),
    (f"{ITHACA}:memberNumber eq null", "chen"),
    (f'{ITHACA}:grade eq "fellow" or {ITHACA}:section eq "Rome"', "Ada"),
    (f'{ENTERPRISE}:organization co "wind"', "Ada"),
    ('not (userName eq "ada")', "ben chen"),
    ("not (" * 30 + 'userName eq "ada"' + ")" * 30, "Ada"),
    ("(" * 2000 + 'userName eq "ada"' + ")" * 2000, "Ada"),
    ('userName eq "ada" or userName eq "ben" and active eq true', "Ada"),
    ('(userName eq "ada" or userName eq "ben") and active eq false', "ben"),
    ('meta.lastModified gt "2020-01-01T00:00:00Z"', "Ada ben chen"),
    ('meta.lastModified lt "2020-01-01T00:00:00+02:00"', ""),
    ('name.givenName eq "Dana" or name.givenName eq "Zoe"', ""),
]


def test_every_filter_finds_whom_it_means_and_nobody_of_another_tenant(provider: Provider) -> None:
    found = {wanted: " ".join(provider.names(wanted)) for wanted, _ in CASES}
    assert found == dict(CASES)


def test_an_id_and_a_time_find_their_user(office: Office, provider: Provider) -> None:
    [user] = provider.call("GET", "/Users", query={"filter": 'userName eq "ben"'}).json["Resources"]
    assert provider.names(f'id eq "{user["id"]}"') == ["ben"]
    assert provider.names(f'meta.lastModified eq "{user["meta"]["lastModified"]}"') == ["ben"]
    assert provider.names(f'id eq "{user["id"]}" and userName eq "ada"') == []


@pytest.mark.parametrize(
    "wanted",
    [
        "userName",
        'userName eq "ada',
        'userName is "ada"',
        "userName eq ada",
        "userName eq 7",
        'active gt "x"',
        "active eq 7",
        'active co "t"',
        'bogus eq "x"',
        'emails[bogus eq "x"]',
        'name[givenName eq "x"]',
        'meta.location eq "x"',
        'meta.lastModified gt "yesterday"',
        'meta.lastModified gt "0001-01-01T00:00:00+23:00"',
        'meta.lastModified co "2026"',
        "userName gt null",
        'userName co "\\u0000"',
        'emails[value eq "\\ud800"]',
        f'{ITHACA}:membership eq "active"',
        "not (" * 40 + "userName pr" + ")" * 40,
        " or ".join(['userName eq "x"'] * 1000),
    ],
)
def test_a_wrong_filter_is_said_to_be_one(office: Office, wanted: str) -> None:
    provider = Provider(office)
    for reply in (
        provider.call("GET", "/Users", query={"filter": wanted}),
        provider.call("POST", "/Users/.search", {"filter": wanted}),
    ):
        assert reply.fault == (400, "invalidFilter")


@pytest.mark.parametrize(
    "wanted",
    [
        'userName eq "p7"',
        'externalId eq "x7"',
        'emails.value eq "p7@example.org"',
        'emails[type eq "work" and value eq "p7@example.org"]',
        'userName eq "p7" and active eq true',
        f'{ITHACA}:memberNumber eq "M-7"',
    ],
)
def test_a_name_that_no_two_have_is_found_without_reading_the_others(
    office: Office, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(office)
    for each in range(20):
        mail = [{"value": f"p{each}@example.org", "type": "work"}]
        provider.create(f"p{each}", externalId=f"x{each}", emails=mail, **{ITHACA: {"memberNumber": f"M-{each}"}})
    database = office.foundation.database
    database.command("planCacheClear", "members")  # where plans would be those of other tests, for other members
    database.command("profile", 2)
    try:
        assert provider.names(wanted) == ["p7"]
    finally:
        database.command("profile", 0)
    read = [
        row["docsExamined"]
        for row in database["system.profile"].find({"ns": f"{database.name}.members"})
        if "docsExamined" in row
    ]
    assert read
    assert max(read) <= 1


def test_pages_follow_each_other_and_miss_nobody(office: Office) -> None:
    provider = Provider(office)
    for each in range(7):
        provider.create(f"p{each}")
    seen: list[str] = []
    for first in (1, 4, 7, 10):
        page = provider.call("GET", "/Users", query={"startIndex": first, "count": 3}).json
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (7, first, len(page["Resources"]))
        seen += [each["userName"] for each in page["Resources"]]
    assert seen == [f"p{each}" for each in range(7)]


@pytest.mark.parametrize(
    ("query", "shown", "first"),
    [
        ({"startIndex": 0, "count": 2}, 2, 1),
        ({"startIndex": -5, "count": 2}, 2, 1),
        ({"count": 0}, 0, 1),
        ({"count": -1}, 0, 1),
        ({"count": 10**6}, 3, 1),
        ({"startIndex": 10**30}, 0, None),
        ({"sortBy": "userName", "sortOrder": "descending"}, 3, 1),
    ],
)
def test_a_page_beyond_all_bounds_is_brought_within_them(
    office: Office, query: dict[str, Any], shown: int, first: int | None
) -> None:
    provider = Provider(office)
    for each in range(3):
        provider.create(f"p{each}")
    page = provider.call("GET", "/Users", query=query).json
    assert (page["totalResults"], len(page["Resources"])) == (3, shown)
    assert first is None or page["startIndex"] == first


@pytest.mark.parametrize("query", [{"startIndex": "one"}, {"count": "1.5"}, {"count": ""}])
def test_a_page_that_is_no_number_is_refused(office: Office, query: dict[str, str]) -> None:
    assert Provider(office).call("GET", "/Users", query=query).fault == (400, "invalidValue")


def test_a_search_is_a_list_by_post(office: Office, provider: Provider) -> None:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": 'userName sw "a" or userName sw "b"',
        "startIndex": 2,
        "count": 1,
        "attributes": ["userName"],
        "sortBy": "userName",
        "bogus": 1,
    }
    for path in ("/Users/.search", "/.search"):
        found = provider.call("POST", path, body)
        assert (found.status_code, found.json["totalResults"], found.json["startIndex"]) == (200, 2, 2)
        [one] = found.json["Resources"]
        assert (one["userName"], "name" in one) == ("ben", False)
    assert member(office, one["id"]).given_name == "Ben"
