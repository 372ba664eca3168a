"""What members say about how news comes to them, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from services.notifications.domain.telling import Category
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, BEN

AsMember = Callable[..., dict[str, str]]
SURVIVOR, MERGED = ADA, "019ab000-7c1e-7b5e-9c55-0000000000a3"


def put(desk: Desk, as_member: AsMember, body: dict[str, Any], member_id: str = ADA, **headers: str) -> Any:
    return desk.client().put("/v1/preferences", json=body, headers=as_member(member_id) | headers)


def get(desk: Desk, as_member: AsMember, member_id: str = ADA) -> Any:
    return desk.client().get("/v1/preferences", headers=as_member(member_id))


def test_who_has_said_nothing_sees_what_holds(desk: Desk, as_member: AsMember) -> None:
    desk.hear(
        "association.updated.v1",
        {"id": "acme", "name": "Acme", "time_zone": "Europe/Rome", "defaults": {"digest_hour": 18, "offer_hours": 5}},
    )
    answer = get(desk, as_member)
    assert answer.json["time_zone"] == "Europe/Rome"
    assert answer.json["digest"] == {"at": "18:00", "day": "mon"}
    assert answer.json["quiet_hours"] == {"start": "00:00", "end": "00:00"}
    assert answer.json["categories"] == {each: {"email": "at_once", "push": "at_once"} for each in Category}
    assert answer.headers["ETag"] == '"0"'


def test_what_is_said_is_shown_and_what_is_left_out_is_the_association_s(desk: Desk, as_member: AsMember) -> None:
    said = {
        "language": "en-GB",
        "time_zone": "Asia/Kathmandu",
        "quiet_hours": {"start": "21:30", "end": "06:45"},
        "digest": {"day": "fri"},
        "categories": {"events": {"email": "weekly"}, "tasks": {"email": "off", "push": "daily"}},
    }
    answer = put(desk, as_member, said)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    assert answer.json == get(desk, as_member).json
    assert answer.json["digest"] == {"at": "08:00", "day": "fri"}
    assert answer.json["categories"]["events"] == {"email": "weekly", "push": "at_once"}
    assert put(desk, as_member, {}).json["categories"]["events"] == {"email": "at_once", "push": "at_once"}


def test_what_is_shown_can_be_said(desk: Desk, as_member: AsMember) -> None:
    shown = get(desk, as_member).json
    assert put(desk, as_member, shown).json == shown


@pytest.mark.parametrize(
    ("body", "pointer", "names"),
    [
        ({"time_zone": "Europe/Rom"}, "/time_zone", "Europe/Rome"),
        ({"time_zone": "Nowhere"}, "/time_zone", "IANA"),
        ({"language": "tlh"}, "/language", "en"),
        ({"categories": {"weather": {"email": "off"}}}, "/categories/weather", "not known"),
        ({"categories": {"events": {"fax": "off"}}}, "/categories/events/fax", "not known"),
        ({"categories": {"events": {"inbox": "off"}}}, "/categories/events/inbox", "not known"),
        ({"categories": {"events": {"email": "hourly"}}}, "/categories/events/email", "at_once, window, daily"),
        ({"quiet_hours": {"start": "25:00", "end": "07:00"}}, "/quiet_hours/start", "22:00"),
        ({"quiet_hours": {"start": "22:00"}}, "/quiet_hours/end", ""),
        ({"digest": {"day": "friday"}}, "/digest/day", "mon"),
    ],
)
def test_what_there_is_not_is_refused_by_name(
    desk: Desk, as_member: AsMember, body: dict[str, Any], pointer: str, names: str
) -> None:
    answer = put(desk, as_member, body)
    assert answer.status_code == 422
    [fault] = answer.json["errors"]
    assert fault["pointer"] == pointer
    assert names in fault["detail"]
    assert get(desk, as_member).headers["ETag"] == '"0"'


def test_an_older_version_is_not_written_over_a_newer_one(desk: Desk, as_member: AsMember) -> None:
    assert put(desk, as_member, {}, **{"If-Match": '"0"'}).status_code == 200
    assert put(desk, as_member, {}, **{"If-Match": '"0"'}).status_code == 412
    assert put(desk, as_member, {}, **{"If-Match": '"1"'}).status_code == 200


def test_nobody_else_s_preferences_are_touched(desk: Desk, as_member: AsMember) -> None:
    put(desk, as_member, {"categories": {"events": {"email": "off"}}})
    assert get(desk, as_member, BEN).json["categories"]["events"]["email"] == "at_once"
    elsewhere = desk.client().get("/v1/preferences", headers=as_member(ADA, tenant="other"))
    assert elsewhere.json["categories"]["events"]["email"] == "at_once"


def test_mails_and_inbox_are_in_the_language_and_zone_that_were_asked_for(
    desk: Desk, mailbox: Mailbox, as_member: AsMember
) -> None:
    desk.know_everybody()
    put(desk, as_member, {"language": "de", "time_zone": "Asia/Kathmandu"}, BEN)
    desk.hear_example("request.sent.v1", "single", expires_at="2126-05-18T09:00:00Z")
    with mailbox.answering():
        desk.work()
    [mail] = mailbox.mails
    assert mail["Content-Language"] == "de"
    assert "14:45" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_the_survivor_of_a_merge_keeps_their_own_and_has_the_other_s_where_they_said_nothing(
    desk: Desk, as_member: AsMember
) -> None:
    desk.know_everybody()
    put(desk, as_member, {"categories": {"events": {"email": "weekly"}}}, MERGED)
    desk.hear_example("member.merged.v1", "into-the-survivor")
    assert get(desk, as_member).json["categories"]["events"]["email"] == "weekly"
    put(desk, as_member, {"categories": {"events": {"email": "daily"}}})
    assert get(desk, as_member).json["categories"]["events"]["email"] == "daily"
    [habits] = desk.store.habits("acme", {MERGED}).values()
    assert habits.paces["events"]["email"] == "daily"  # type: ignore[index]


def test_nothing_of_them_is_left_of_who_is_erased(desk: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    desk.know_everybody()
    put(desk, as_member, {"time_zone": "Asia/Kathmandu"})
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
    kept = desk.foundation.database
    assert kept["mail_counts"].count_documents({"_id": ADA}) == 1
    desk.hear("member.erased.v1", None, key=ADA, version=2)
    desk.work()
    for name in ("preferences", "mail_counts"):
        assert kept[name].count_documents({"_id": ADA}) == 0
