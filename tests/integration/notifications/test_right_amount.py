"""The right amount of mail: several pieces of news in one, at a time that suits, and none of what was read already."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.domain.delivery import DeliveryState
from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, BEN, examples

AsMember = Callable[..., dict[str, str]]
HALF_A_MINUTE = timedelta(seconds=30)
ORDINARY = "mentorship.activated.v1"
MENTORSHIP = "019ab008-7c1e-7b5e-9c55-000000000041"


@pytest.fixture
def gather_seconds() -> int:
    return 30


@pytest.fixture
def known(desk: Desk) -> Desk:
    desk.know_everybody()
    desk.clock.pass_until(12)
    return desk


def prefer(desk: Desk, as_member: AsMember, member_id: str = ADA, **said: Any) -> None:
    answer = desk.client().put("/v1/preferences", json=said, headers=as_member(member_id))
    assert answer.status_code == 200, answer.json


def milestone(desk: Desk, mentorship: str = MENTORSHIP) -> None:
    """Ordinary news for both, of progress in this mentorship."""
    data = next(iter(examples("milestone.completed.v1").values()))
    desk.hear("milestone.completed.v1", data | {"id": new_id(), "mentorship_id": mentorship})


def work(desk: Desk, mailbox: Mailbox, after: timedelta = HALF_A_MINUTE) -> list[str]:
    """The subjects of what comes of waiting so long, to Ada."""
    desk.clock.pass_by(after)
    before = len(mailbox.raw)
    with mailbox.answering():
        desk.work()
    return [str(mail["Subject"]) for mail in mailbox.mails[before:] if "ada@" in str(mail["To"])]


def read(desk: Desk, as_member: AsMember, place: int = 0) -> None:
    notification = desk.notifications(ADA)[place]
    assert desk.client().post(f"/v1/inbox/{notification.id}/read", headers=as_member()).status_code == 200


def test_ten_messages_about_one_thing_are_one_mail(known: Desk, mailbox: Mailbox) -> None:
    for _ in range(10):
        milestone(known)
    assert work(known, mailbox, timedelta(seconds=29)) == []
    [subject] = work(known, mailbox, timedelta(seconds=1))
    assert subject.endswith("and 9 more")
    [mail] = [mail for mail in mailbox.mails if "ada@" in str(mail["To"])]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.count(f"https://portal.example/mentorships/{MENTORSHIP}") == 10
    announced = [one for one in known.announced() if one["member_id"] == ADA]
    assert len({one["id"] for one in announced}) == 10
    assert len({one["key"] for one in announced}) == 1, "each is told of, under one delivery's key"


def test_two_things_are_two_mails(known: Desk, mailbox: Mailbox) -> None:
    milestone(known)
    milestone(known, new_id())
    assert len(work(known, mailbox)) == 2


def test_all_pairs_of_one_published_run_are_one_mail_to_whoever_is_in_them(known: Desk, mailbox: Mailbox) -> None:
    started = examples("mentorship.started.v1")["from-a-match-run"]
    for run_id in (started["match_run_id"], started["match_run_id"], new_id()):
        pair = {"id": new_id(), "mentor_id": ADA, "mentee_id": BEN, "match_run_id": run_id}
        known.hear("mentorship.started.v1", started | pair)
    first, other = sorted(work(known, mailbox), key=len, reverse=True)
    assert first.endswith("and 1 more")
    assert "more" not in other


def test_what_comes_after_a_mail_was_closed_is_in_the_next(known: Desk, mailbox: Mailbox) -> None:
    milestone(known)
    known.clock.pass_by(HALF_A_MINUTE)
    known.work()
    milestone(known)
    [tried, gathering] = known.deliveries(ADA)
    assert (tried.attempts[0].outcome, tried.bundle, gathering.attempts) == ("unreachable", None, ())
    assert len(work(known, mailbox)) == 2


def test_nothing_is_mailed_of_what_was_read(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    milestone(known)
    milestone(known)
    read(known, as_member, 1)
    [subject] = work(known, mailbox)
    assert "more" not in subject
    milestone(known)
    read(known, as_member)
    assert work(known, mailbox) == []
    assert [one.state for one in known.deliveries(ADA)] == [DeliveryState.DELIVERED, DeliveryState.SKIPPED]


def test_an_invitation_comes_though_it_was_read(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    known.hear_example("session.confirmed.v1", "first")
    read(known, as_member)
    assert len(work(known, mailbox, timedelta(0))) == 1


def test_what_is_agreed_waits_for_nothing(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    off = {each: {"email": "off"} for each in ("appointments", "events")}
    prefer(known, as_member, quiet_hours={"start": "00:00", "end": "23:59"}, categories=off)
    known.hear_example("session.confirmed.v1", "first")
    known.hear_example("registration.confirmed.v1", "opted-into-mentoring")
    assert len(work(known, mailbox, timedelta(0))) == 2


def test_a_category_that_is_off_is_in_the_inbox_alone(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    prefer(known, as_member, categories={"progress": {"email": "off"}})
    milestone(known)
    assert work(known, mailbox, timedelta(days=2)) == []
    assert len(known.notifications(ADA)) == 1
    assert known.deliveries(ADA) == []


def test_a_daily_digest_gathers_and_reads_by_category(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    daily = {each: {"email": "daily"} for each in ("progress", "mentorship")}
    prefer(known, as_member, digest={"at": "18:00"}, time_zone="Asia/Kathmandu", categories=daily)
    milestone(known)
    known.hear_example("mentorship.activated.v1", "both-signed")
    milestone(known, new_id())
    assert work(known, mailbox, timedelta(minutes=14)) == []
    [subject] = work(known, mailbox, timedelta(minutes=1))
    assert subject.endswith("and 2 more")
    [mail] = [mail for mail in mailbox.mails if "ada@" in str(mail["To"])]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.index("Your mentorships") < text.index("Progress")
    assert work(known, mailbox, timedelta(days=1)) == []


def test_a_digest_of_hours_goes_so_long_after_the_first(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    prefer(known, as_member, categories={"progress": {"email": "window"}})
    milestone(known)
    assert work(known, mailbox, timedelta(hours=3)) == []
    milestone(known, new_id())
    assert work(known, mailbox, timedelta(minutes=59)) == []
    assert len(work(known, mailbox, timedelta(minutes=1))) == 1


def test_quiet_hours_hold_mail_and_what_was_due_in_them(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    milestone(known)
    prefer(known, as_member, time_zone="UTC", quiet_hours={"start": "12:00", "end": "14:00"})
    assert work(known, mailbox) == [], "they are said after it was planned"
    milestone(known)
    assert work(known, mailbox, timedelta(hours=1)) == []
    known.clock.pass_until(14)
    [subject] = work(known, mailbox, timedelta(0))
    assert subject.endswith("and 1 more")


def test_a_change_of_mind_holds_for_what_is_held(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    prefer(known, as_member, categories={"progress": {"email": "weekly"}})
    milestone(known)
    prefer(known, as_member, categories={"progress": {"email": "at_once"}})
    assert len(work(known, mailbox, timedelta(0))) == 1
    milestone(known)
    prefer(known, as_member, categories={"progress": {"email": "daily"}})
    assert work(known, mailbox, timedelta(hours=1)) == []
    known.clock.pass_until(8)
    assert len(work(known, mailbox, timedelta(0))) == 1
    milestone(known)
    prefer(known, as_member, categories={"progress": {"email": "off"}})
    assert work(known, mailbox, timedelta(days=2)) == []


def test_too_much_for_a_day_comes_with_the_daily_digest(known: Desk, mailbox: Mailbox) -> None:
    known.hear("association.updated.v1", {"id": "acme", "name": "Acme", "defaults": {"mails_a_day": 2}})
    for _ in range(5):
        milestone(known, new_id())
    known.hear_example("session.confirmed.v1", "first")
    assert len(work(known, mailbox)) == 3, "two, and what is agreed"
    known.clock.pass_until(8)
    [subject] = work(known, mailbox, timedelta(0))
    assert subject.endswith("and 2 more")
    milestone(known)
    assert len(work(known, mailbox)) == 1, "it is another day"


def test_a_request_that_cannot_wait_is_mailed_beyond_the_cap(
    known: Desk, mailbox: Mailbox, as_member: AsMember
) -> None:
    known.hear("association.updated.v1", {"id": "acme", "name": "Acme", "defaults": {"mails_a_day": 1}})
    milestone(known)
    soon = known.clock.now() + timedelta(hours=5)
    work(known, mailbox)
    mailbox.raw.clear()
    known.hear_example("request.sent.v1", "single", expires_at=soon.isoformat().replace("+00:00", "Z"))
    work(known, mailbox)
    assert mailbox.subjects == ["Ada Okafor asks you to be their mentor"]


def test_a_request_comes_out_of_a_digest_before_it_expires(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    prefer(known, as_member, BEN, categories={"requests": {"email": "weekly"}})
    known.hear_example(
        "request.sent.v1",
        "single",
        expires_at=(known.clock.now() + timedelta(hours=6)).isoformat().replace("+00:00", "Z"),
    )
    work(known, mailbox, timedelta(hours=3))
    assert mailbox.mails == []
    work(known, mailbox, timedelta(hours=1))
    assert mailbox.subjects == ["Ada Okafor asks you to be their mentor"]


def test_what_is_planned_anew_for_the_same_thing_is_not_lost(
    known: Desk, mailbox: Mailbox, as_member: AsMember
) -> None:
    ends = (known.clock.now() + timedelta(hours=6)).isoformat().replace("+00:00", "Z")
    known.hear_example("request.sent.v1", "single", expires_at=ends)
    prefer(known, as_member, BEN, categories={"requests": {"email": "weekly"}})
    work(known, mailbox)
    assert mailbox.mails == []
    work(known, mailbox, timedelta(hours=4))
    assert mailbox.subjects == ["Ada Okafor asks you to be their mentor"]


def test_a_reminder_is_not_told_beside_what_it_reminds_of(known: Desk, mailbox: Mailbox, as_member: AsMember) -> None:
    prefer(known, as_member, BEN, categories={"requests": {"email": "weekly"}})
    far = (known.clock.now() + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    [sent] = [one for one in examples("request.sent.v1").values() if one.get("id")][:1]
    known.hear("request.sent.v1", sent | {"expires_at": far})
    known.hear("request.reminded.v1", sent | {"expires_at": far}, version=2)
    work(known, mailbox, timedelta(days=8))
    [mail] = mailbox.mails
    assert "more" not in str(mail["Subject"])
    assert len(known.notifications(BEN)) == 2


def test_one_name_that_is_missing_holds_up_only_what_names_it(known: Desk, mailbox: Mailbox) -> None:
    stranger = new_id()
    milestone(known)
    data = next(iter(examples("milestone.completed.v1").values()))
    known.hear("milestone.completed.v1", data | {"id": new_id(), "mentor_id": stranger})
    [subject] = work(known, mailbox)
    assert "more" not in subject
    waiting = [one for one in known.deliveries(ADA) if one.state is DeliveryState.PENDING]
    assert [[each.outcome for each in one.attempts] for one in waiting] == [["waiting"]]
