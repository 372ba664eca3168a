"""Chapters and interest groups: who founds them, who is in them, who finds whom by them, and many at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.profiles.commands import join_group as joining
from shared.ids import new_id
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.test_search import registration


def found(office: Office, name: str = "Chapter Milan", kind: str = "chapter", **more: Any) -> str:
    answer = office.call("POST", "/v1/groups", json={"name": name, "kind": kind, **more})
    assert answer.status_code == 201, answer.json
    identifier: str = answer.json["id"]
    return identifier


def join(office: Office, group: str, member: str) -> int:
    return office.call("PUT", f"/v1/groups/{group}/members/me", subject=member).status_code


def leave(office: Office, group: str, member: str) -> int:
    return office.call("DELETE", f"/v1/groups/{group}/members/me", subject=member).status_code


def groups_of(office: Office, member: str) -> list[str]:
    return list(office.store.members.get("acme", member).groups)


def names(office: Office, query: str, **options: Any) -> list[str]:
    answer = office.call("GET", f"/v1/groups?{query}", **options)
    assert answer.status_code == 200, answer.json
    return [each["name"] for each in answer.json["items"]]


def test_a_group_is_founded_shown_changed_and_announced(office: Office) -> None:
    body = {"name": "Chapter Milan", "kind": "chapter", "description": "In and around Milan."}
    founded = office.call("POST", "/v1/groups", json=body)
    assert founded.json == {**body, "id": founded.json["id"], "archived": False}
    assert founded.headers["ETag"] == '"1"'
    shown = office.call("GET", founded.headers["Location"], subject=new_id())
    assert shown.json == {**founded.json, "members": 0}
    changed = office.call(
        "PATCH", founded.headers["Location"], json={"name": "Chapter Lombardy"}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json["name"]) == (200, "Chapter Lombardy")
    stale = office.call("PATCH", founded.headers["Location"], json={"archived": True}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    told = [(each["type"], each["version"], each["name"]) for each in office.announced()]
    assert told == [("group.updated.v1", 1, "Chapter Milan"), ("group.updated.v1", 2, "Chapter Lombardy")]


def test_what_changes_nothing_announces_nothing(office: Office) -> None:
    group = found(office)
    assert office.call("PATCH", f"/v1/groups/{group}", json={"kind": "chapter"}).status_code == 200
    assert len(office.announced()) == 1


@pytest.mark.parametrize(
    "body", [{"name": " "}, {"name": None}, {"kind": "club"}, {"archived": None}, {"archived": "yes"}, {"members": 3}]
)
def test_a_group_has_a_name_and_one_of_two_kinds(office: Office, body: dict[str, Any]) -> None:
    assert office.call("POST", "/v1/groups", json={"name": "A", "kind": "chapter"} | body).status_code == 422
    assert office.call("PATCH", f"/v1/groups/{found(office)}", json=body).status_code == 422


def test_groups_are_found_by_words_of_the_name_by_kind_and_by_whether_they_are_archived(office: Office) -> None:
    found(office, "Chapter São Paulo")
    found(office, "Chapter Milan", archived=True)
    found(office, "Women in Engineering", "interest")
    assert names(office, "") == ["Chapter São Paulo", "Chapter Milan", "Women in Engineering"]
    assert names(office, "q=sao+PAU") == ["Chapter São Paulo"]
    assert names(office, "q=chap&kind=chapter&archived=false") == ["Chapter São Paulo"]
    assert names(office, "archived=true") == ["Chapter Milan"]
    assert names(office, "kind=interest", subject=new_id()) == ["Women in Engineering"]
    assert names(office, "q=!!!") == names(office, "q=paul+milan") == []
    assert names(office, "", tenant="other") == []
    page = office.call("GET", "/v1/groups?limit=2").json
    assert names(office, f"limit=2&cursor={page['next']}") == ["Women in Engineering"]


def test_a_member_joins_and_leaves_and_the_world_is_told_once_each(office: Office) -> None:
    member, group = office.register()["id"], found(office)
    assert [join(office, group, member) for _ in range(2)] == [204, 204]
    assert office.call("GET", "/v1/members/me", subject=member).json["groups"] == [group]
    assert office.call("GET", f"/v1/groups/{group}").json["members"] == 1
    assert [leave(office, group, member) for _ in range(2)] == [204, 204]
    assert office.call("GET", f"/v1/groups/{group}").json["members"] == 0
    told = [(each["version"], each["groups"]) for each in office.announced() if each["type"] == "member.updated.v1"]
    assert told == [(2, [group]), (3, [])]


def test_a_coordinator_puts_any_member_into_a_group_and_takes_them_out(office: Office) -> None:
    member, group = office.register()["id"], found(office)
    path = f"/v1/groups/{group}/members/{member}"
    assert office.call("PUT", path, subject=member).status_code == 403
    assert office.call("PUT", path).status_code == 204
    assert groups_of(office, member) == [group]
    assert office.call("DELETE", path, subject=member).status_code == 403
    assert office.call("DELETE", path).status_code == 204
    assert groups_of(office, member) == []


def test_an_archived_group_takes_nobody_and_keeps_whom_it_has(office: Office) -> None:
    ada, ben, group = office.register()["id"], office.register(given_name="Ben")["id"], found(office)
    assert join(office, group, ada) == 204
    assert office.call("PATCH", f"/v1/groups/{group}", json={"archived": True}).status_code == 200
    refused = office.call("PUT", f"/v1/groups/{group}/members/me", subject=ben)
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "The group Chapter Milan is archived: it takes no more members.",
    )
    assert office.call("PUT", f"/v1/groups/{group}/members/{ben}").status_code == 409
    assert join(office, group, ada) == 204
    assert leave(office, group, ada) == 204
    assert join(office, group, ada) == 409
    assert office.call("PATCH", f"/v1/groups/{group}", json={"archived": False}).status_code == 200
    assert join(office, group, ada) == 204


@pytest.mark.parametrize(
    ("membership", "status"), [("active", 204), ("grace", 204), ("lapsed", 409), ("suspended", 409)]
)
def test_only_whose_membership_allows_something_new_joins(office: Office, membership: str, status: int) -> None:
    member, mine, other = office.register()["id"], found(office), found(office, "Chapter Rome")
    assert join(office, mine, member) == 204
    assert office.call("PATCH", f"/v1/members/{member}", json={"membership": membership}).status_code == 200
    assert join(office, other, member) == status
    assert office.call("PUT", f"/v1/groups/{other}/members/{member}").status_code == status
    assert join(office, mine, member) == leave(office, mine, member) == 204


def test_nobody_is_in_more_groups_than_an_announcement_carries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_GROUPS", 1)
    member = office.register()["id"]
    assert [join(office, found(office), member) for _ in range(2)] == [204, 409]


def test_members_are_found_by_their_group_as_far_as_each_shows_it(office: Office) -> None:
    group, event = found(office), new_id()
    asker, open_one, shy, usual = (office.register(given_name=name)["id"] for name in ("Ask", "Open", "Shy", "Usual"))
    for member, shown in ((open_one, "all"), (shy, "nobody")):
        office.call("PATCH", f"/v1/members/{member}", json={"visibility": {"groups": shown}})
    for member in (asker, open_one, shy, usual):
        assert join(office, group, member) == 204

    def seen(**who: Any) -> set[str]:
        items = office.call("GET", f"/v1/members?group={group}", **who).json["items"]
        return {each["id"] for each in items}

    def shown(member: str) -> Any:
        return office.call("GET", f"/v1/members/{member}", subject=asker).json.get("groups")

    assert seen() == {asker, open_one, shy, usual}
    # To be of one group is not to take part together.
    assert seen(subject=asker) == {open_one}
    assert (shown(open_one), shown(shy), shown(usual)) == ([group], None, None)
    office.service.handling().handle([registration(member, event) for member in (asker, shy, usual)])
    assert seen(subject=asker) >= {open_one, usual}
    assert shy not in seen(subject=asker)
    assert (shown(shy), shown(usual)) == (None, [group])
    assert office.call("GET", f"/v1/members?group={new_id()}").json["items"] == []
    assert office.call("GET", "/v1/members?group=nonsense").status_code == 422


def test_another_tenants_groups_and_members_are_not_there(office: Office) -> None:
    member, group = office.register()["id"], found(office)
    for method, path in (
        ("GET", f"/v1/groups/{group}"),
        ("PUT", f"/v1/groups/{group}/members/me"),
        ("DELETE", f"/v1/groups/{group}/members/me"),
        ("PUT", f"/v1/groups/{group}/members/{member}"),
    ):
        answer = office.call(method, path, "member", "coordinator", subject=member, tenant="other", json=None)
        assert answer.status_code == 404
    assert office.call("PATCH", f"/v1/groups/{group}", tenant="other", json={"archived": True}).status_code == 404
    stranger = office.call("POST", "/v1/members", tenant="other", json={"given_name": "Eve", "family_name": "E"}).json
    assert office.call("PUT", f"/v1/groups/{group}/members/{stranger['id']}").status_code == 404
    assert groups_of(office, member) == []


def at_once(*works: Callable[[], int]) -> list[int]:
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], int]) -> int:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def versions_of(office: Office, member: str) -> list[int]:
    return [each["version"] for each in office.announced() if each["id"] == member]


def test_of_joining_leaving_and_changing_the_profile_at_once_nothing_is_lost(office: Office) -> None:
    member, left = office.register()["id"], found(office, "Left")
    joined = [found(office, f"Chapter {number}") for number in range(4)]
    assert join(office, left, member) == 204
    titles = [f"Title {number}" for number in range(4)]

    def title(text: str) -> int:
        return office.call("PATCH", "/v1/members/me", subject=member, json={"job_title": text}).status_code

    statuses = at_once(
        *(lambda group=group: join(office, group, member) for group in joined),  # type: ignore[misc]
        *(lambda text=text: title(text) for text in titles),  # type: ignore[misc]
        lambda: leave(office, left, member),
    )
    assert statuses == [204] * 4 + [200] * 4 + [204]
    assert sorted(groups_of(office, member)) == sorted(joined)
    assert office.store.members.get("acme", member).job_title in titles
    versions = versions_of(office, member)
    assert versions == list(range(1, len(versions) + 1))


def test_the_same_join_many_times_at_once_is_one(office: Office) -> None:
    member, group = office.register()["id"], found(office)
    assert at_once(*[lambda: join(office, group, member)] * 8) == [204] * 8
    assert groups_of(office, member) == [group]
    assert versions_of(office, member) == [1, 2]


def test_who_joins_while_a_group_is_archived_is_in_it_or_is_told_no(office: Office) -> None:
    group = found(office)
    members = [office.register(given_name=f"M{number}")["id"] for number in range(10)]

    def archive() -> int:
        return office.call("PATCH", f"/v1/groups/{group}", json={"archived": True}).status_code

    *statuses, archived = at_once(
        *(lambda member=member: join(office, group, member) for member in members),  # type: ignore[misc]
        archive,
    )
    assert archived == 200
    assert set(statuses) <= {204, 409}
    inside = {member for member in members if groups_of(office, member) == [group]}
    assert inside == {member for member, status in zip(members, statuses, strict=True) if status == 204}
    assert office.call("GET", f"/v1/groups/{group}").json["members"] == len(inside)
    assert {join(office, group, member) for member in members if member not in inside} <= {409}


def test_a_membership_that_lapses_while_its_member_joins_decides_or_comes_after(office: Office) -> None:
    for _ in range(5):
        member, group = office.register()["id"], found(office)

        def lapse(member: str = member) -> int:
            return office.call("PATCH", f"/v1/members/{member}", json={"membership": "lapsed"}).status_code

        joined, lapsed = at_once(lambda m=member, g=group: join(office, g, m), lapse)  # type: ignore[misc]
        assert lapsed == 200
        assert (groups_of(office, member) == [group]) == (joined == 204)
        told = [(each["membership"], each["groups"]) for each in office.announced() if each["id"] == member]
        assert told[-1] == ("lapsed", [group] if joined == 204 else [])
        # Never joined by one who had lapsed already.
        assert ("lapsed", []) not in told or joined == 409
