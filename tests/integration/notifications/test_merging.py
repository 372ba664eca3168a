"""A member who was merged into another: the survivor reads what both were told, and nobody hears of the moving."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN

Headers = Callable[..., dict[str, str]]

CARLA = "019ab000-7c1e-7b5e-9c55-0000000000a3"
"""Whom the examples merge into Ada."""


def titles(client: FlaskClient, headers: dict[str, str]) -> list[str]:
    return [each["title"] for each in client.get("/v1/inbox", headers=headers).json["items"]]  # type: ignore[index]


def merge(desk: Desk) -> None:
    desk.hear_example("member.merged.v1", "into-the-survivor", version=2)


def unmerge(desk: Desk) -> None:
    desk.hear_example("member.unmerged.v1", "back-again", version=3)


def test_the_survivor_reads_what_both_were_told_until_they_are_two_again(desk: Desk, as_member: Headers) -> None:
    client = desk.client()
    desk.know_everybody()
    desk.hear_example("member.registered.v1", "provisional-from-a-ticket")
    desk.hear_example("request.accepted.v1", "yes")
    desk.hear_example("request.declined.v1", "no-time", mentee_id=CARLA)
    before = titles(client, as_member(ADA))
    merge(desk)
    assert len(titles(client, as_member(ADA))) == 2
    assert titles(client, as_member(CARLA)) == titles(client, as_member(ADA))
    [hers] = desk.notifications(CARLA)
    read = client.post(f"/v1/inbox/{hers.id}/read", headers=as_member(ADA))
    assert read.status_code == 200
    assert client.post(f"/v1/inbox/{hers.id}/read", headers=as_member(BEN)).status_code == 404
    unmerge(desk)
    assert titles(client, as_member(ADA)) == before
    assert len(titles(client, as_member(CARLA))) == 1
    assert client.get("/v1/inbox", headers=as_member(ADA, tenant="other")).json["items"] == []


def test_nobody_is_told_that_a_registration_only_followed_its_person(desk: Desk, as_member: Headers) -> None:
    client = desk.client()
    desk.know_everybody()
    merge(desk)
    moved = {"member_id": CARLA, "reason": "moved", "attending": False}
    desk.hear_example("registration.cancelled.v1", "at-the-ticket-system", version=2, moved_to=ADA, **moved)
    assert titles(client, as_member(ADA)) == []
    desk.hear_example("registration.cancelled.v1", "at-the-ticket-system", version=4, moved_to=BEN, **moved)
    assert len(titles(client, as_member(ADA))) == 1


def test_nobody_is_told_that_one_of_their_enrollments_gave_way_to_the_other(desk: Desk, as_member: Headers) -> None:
    client = desk.client()
    desk.know_everybody()
    desk.hear_example("enrollment.withdrawn.v1", "ticket-cancelled", member_id=ADA, reason="merged")
    desk.hear_example("enrollment.approved.v1", "mentor", member_id=ADA, reason="merged")
    assert titles(client, as_member(ADA)) == []
    desk.hear_example("enrollment.withdrawn.v1", "ticket-cancelled", member_id=ADA, version=3)
    assert len(titles(client, as_member(ADA))) == 1
