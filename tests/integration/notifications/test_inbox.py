"""The inbox over HTTP."""

import dataclasses
from collections.abc import Callable

import pytest

from services.notifications.store import MOST_UNREAD
from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN
from tests.visiting import visit

Headers = Callable[..., dict[str, str]]


def test_a_member_reads_what_happened_newest_first(desk: Desk, as_member: Headers) -> None:
    desk.know_everybody()
    desk.hear_example("registration.confirmed.v1", "opted-into-mentoring")
    desk.hear_example("request.accepted.v1", "yes")
    answer = desk.client().get("/v1/inbox", headers=as_member())
    assert answer.status_code == 200
    assert [item["title"] for item in answer.json["items"]] == [
        "Ben Lindqvist said yes",
        "You are registered for Annual Summit",
    ]
    first = answer.json["items"][0]
    assert set(first) == {"id", "type", "title", "body", "link", "created_at", "read_at"}
    assert first["type"] == "org.ithaca.request.accepted.v1"
    assert first["link"] == "https://portal.example/requests/019ab007-7c1e-7b5e-9c55-000000000031"
    assert first["created_at"].endswith("Z")
    assert first["read_at"] is None


def test_pages_neither_skip_nor_repeat_while_news_comes_in(desk: Desk, as_member: Headers) -> None:
    for _ in range(7):
        desk.hear_example("request.accepted.v1", "yes")
    before = [one.id for one in desk.notifications(ADA)]
    client, seen, cursor = desk.client(), [], None
    while cursor is not None or not seen:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/inbox", query_string=query, headers=as_member()).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        desk.hear_example("request.accepted.v1", "yes")
    assert seen == before


def test_names_are_those_of_the_moment_of_reading(desk: Desk, as_member: Headers) -> None:
    desk.hear_example("request.accepted.v1", "yes")
    client = desk.client()

    def title() -> str:
        [item] = client.get("/v1/inbox", headers=as_member()).json["items"]
        found: str = item["title"]
        return found

    assert title() == "A member said yes"
    desk.know_everybody()
    assert title() == "Ben Lindqvist said yes"
    desk.hear_example("member.updated.v1", "mentor-in-grace", family_name="Berg", version=2)
    assert title() == "Ben Berg said yes"
    desk.hear("member.erased.v1", None, key=BEN, version=3)
    assert title() == "A member said yes"


def test_an_erased_members_own_notifications_are_gone(desk: Desk, as_member: Headers) -> None:
    desk.know_everybody()
    desk.hear_example("mentorship.started.v1", "from-a-request")
    desk.hear("member.erased.v1", None, key=ADA, version=2)
    assert desk.notifications(ADA) == []
    assert desk.deliveries(ADA) == []
    assert len(desk.notifications(BEN)) == 1
    assert "Okafor" not in repr(list(desk.foundation.database["people"].find()))


def test_a_member_merged_into_another_is_called_by_the_survivors_name(desk: Desk, as_member: Headers) -> None:
    desk.know_everybody()
    carla = "019ab000-7c1e-7b5e-9c55-0000000000a3"
    desk.hear_example("member.registered.v1", "provisional-from-a-ticket")
    desk.hear_example("request.sent.v1", "single", mentee_id=carla)
    desk.hear_example("member.merged.v1", "into-the-survivor", version=2)
    [item] = desk.client().get("/v1/inbox", headers=as_member(BEN)).json["items"]
    assert item["title"] == "Ada Okafor asks you to be their mentor"


def test_reading_is_noted_once(desk: Desk, as_member: Headers) -> None:
    desk.hear_example("request.accepted.v1", "yes")
    [notification] = desk.notifications(ADA)
    client = desk.client()
    first = client.post(f"/v1/inbox/{notification.id}/read", headers=as_member())
    again = client.post(f"/v1/inbox/{notification.id}/read", headers=as_member())
    assert first.status_code == again.status_code == 200
    assert first.json["read_at"] is not None
    assert first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"] == '"2"'
    [item] = client.get("/v1/inbox", headers=as_member()).json["items"]
    assert item == first.json


def test_an_inbox_says_how_many_are_unread(desk: Desk, as_member: Headers) -> None:
    client = desk.client()

    def unread() -> int:
        found: int = client.get("/v1/inbox?limit=1", headers=as_member()).json["unread"]
        return found

    assert unread() == 0
    for _ in range(3):
        desk.hear_example("request.accepted.v1", "yes")
    desk.hear_example("request.sent.v1", "single")
    assert unread() == 3
    client.post(f"/v1/inbox/{desk.notifications(ADA)[0].id}/read", headers=as_member())
    assert unread() == 2
    notification = desk.notifications(ADA)[0]
    desk.store.notifications.collection.insert_many(
        [
            desk.store.notifications._to_document(dataclasses.replace(notification, id=new_id(), read_at=None))
            for _ in range(MOST_UNREAD)
        ]
    )
    assert unread() == MOST_UNREAD


def test_a_stale_version_is_not_marked_as_read(desk: Desk, as_member: Headers) -> None:
    desk.hear_example("request.accepted.v1", "yes")
    [notification] = desk.notifications(ADA)
    headers = as_member() | {"If-Match": '"9"'}
    assert desk.client().post(f"/v1/inbox/{notification.id}/read", headers=headers).status_code == 412
    assert desk.notifications(ADA)[0].read_at is None


def test_what_is_another_members_or_another_tenants_is_not_there(desk: Desk, as_member: Headers) -> None:
    desk.hear_example("request.accepted.v1", "yes")
    [notification] = desk.notifications(ADA)
    client = desk.client()
    for stranger in (as_member(BEN), as_member(ADA, tenant="other")):
        answer = client.post(f"/v1/inbox/{notification.id}/read", headers=stranger)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert client.get("/v1/inbox", headers=stranger).json == {"items": [], "next": None, "unread": 0}
    assert client.post(f"/v1/inbox/{new_id()}/read", headers=as_member()).status_code == 404
    assert desk.notifications(ADA)[0].read_at is None


def test_a_name_of_another_tenants_copy_is_never_used(desk: Desk, as_member: Headers) -> None:
    desk.know_everybody(tenant="other")
    desk.hear_example("request.accepted.v1", "yes")
    [item] = desk.client().get("/v1/inbox", headers=as_member()).json["items"]
    assert item["title"] == "A member said yes"


@pytest.mark.parametrize("role", ["coordinator", "organizer", "integrator", "operator"])
def test_only_members_have_an_inbox(desk: Desk, as_member: Headers, role: str) -> None:
    client = desk.client()
    assert client.get("/v1/inbox", headers=as_member(ADA, role)).status_code == 403
    assert client.post(f"/v1/inbox/{new_id()}/read", headers=as_member(ADA, role)).status_code == 403


def test_bad_requests_have_the_contracts_answers(desk: Desk, as_member: Headers) -> None:
    client = desk.client()
    assert client.get("/v1/inbox").status_code == 401
    assert client.get("/v1/inbox", headers={"Authorization": "Bearer forged"}).status_code == 401
    assert client.get("/v1/inbox?limit=none", headers=as_member()).status_code == 422
    assert client.get("/v1/inbox?cursor=none", headers=as_member()).status_code == 400
    assert client.post("/v1/inbox/none/read", headers=as_member()).status_code == 404
    assert client.get("/v1/inbox", headers=as_member("somebody-at-the-issuer")).status_code == 403


def test_the_pages_that_links_lead_to_say_the_same_to_everybody(desk: Desk) -> None:
    client = desk.client()
    answer = client.get(f"/pages/mentorships/{new_id()}")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert "Sign in" in answer.text
    assert client.get(f"/pages/members/{new_id()}").status_code == 404
    assert client.get("/pages/mentorships/none").status_code == 404


@pytest.mark.parametrize(
    ("asked", "lang", "direction", "said"),
    [
        (None, "en", "ltr", "Sign in to your association's portal"),
        ("pt, de-AT;q=0.8, en;q=0.5", "de", "ltr", "Melden Sie sich im Portal"),
        ("en-GB, de;q=0.8", "en", "ltr", "Sign in"),
        ("ar", "ar", "rtl", "سجّل الدخول"),
        ("*", "en", "ltr", "Sign in"),
        (";;q=x,\u00e9", "en", "ltr", "Sign in"),
    ],
)
def test_such_a_page_speaks_the_language_that_the_browser_asks_for(
    desk: Desk, asked: str | None, lang: str, direction: str, said: str
) -> None:
    headers = {} if asked is None else {"Accept-Language": asked}
    page = visit(desk.client(), f"/pages/tasks/{new_id()}", headers=headers)
    assert (page.status, page.lang, page.direction, page.has_form) == (200, lang, direction, False)
    assert said in page.text
    missing = visit(desk.client(), "/pages/nothing/at-all", headers=headers)
    assert (missing.status, missing.lang) == (404, lang)
    for headers_of in (page.headers, missing.headers):
        assert headers_of["Content-Type"] == "text/html; charset=utf-8"
        assert headers_of["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("visibility", "title"),
    [
        (None, "Ben Lindqvist said yes"),
        ({"email": "nobody"}, "Ben Lindqvist said yes"),
        ({"name": "all"}, "Ben Lindqvist said yes"),
        ({"name": "participants"}, "Ben Lindqvist said yes"),
        ({"name": "nobody"}, "A member said yes"),
    ],
)
def test_a_partner_is_named_as_they_show_their_name(
    desk: Desk, as_member: Headers, visibility: dict[str, str] | None, title: str
) -> None:
    desk.know_everybody()
    desk.hear_example("member.updated.v1", "mentor-in-grace", visibility=visibility, version=2)
    desk.hear_example("request.accepted.v1", "yes")
    [item] = desk.client().get("/v1/inbox", headers=as_member()).json["items"]
    assert item["title"] == title
    assert ("Ben" in item["body"]) is ("Ben" in title)
