"""Deliveries become mails at a real SMTP server."""

import dataclasses
from datetime import timedelta

import pytest

from services.notifications.domain.delivery import KEPT_TRYING
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, BEN


def outcomes(desk: Desk, member_id: str = ADA) -> list[str]:
    [delivery] = desk.deliveries(member_id)
    return [attempt.outcome.value for attempt in delivery.attempts]


def test_a_mail_arrives_with_text_html_and_calendar_and_is_announced(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("session.confirmed.v1", "first", message_id="the-message")
    with mailbox.answering():
        desk.work()
    assert sorted(mailbox.recipients) == ["ada@example.org", "ben@example.org"]
    assert sorted(mailbox.subjects) == [
        "Your session with Ada Okafor is confirmed",
        "Your session with Ben Lindqvist is confirmed",
    ]
    for mail in mailbox.mails:
        kinds = [part.get_content_type() for part in mail.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    [ada] = desk.notifications(ADA)
    [announced] = [one for one in desk.announced() if one["member_id"] == ADA]
    assert announced["type"] == "org.ithaca.notification.delivered.v1"
    assert (announced["id"], announced["message_id"]) == (ada.id, "the-message")
    assert (announced["channel"], announced["attempts"]) == ("email", 1)


def test_the_same_message_twice_is_one_mail(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    with mailbox.answering():
        for _ in range(2):
            desk.hear_example("request.accepted.v1", "yes", message_id="the-same")
            desk.work()
    assert mailbox.subjects == ["Ben Lindqvist said yes"]


def test_a_mail_is_tried_again_after_a_refused_connection(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    desk.work()
    desk.work()
    assert outcomes(desk) == ["unreachable"]
    with mailbox.answering():
        desk.clock.pass_by(timedelta(seconds=4))
        desk.work()
        assert mailbox.mails == []
        desk.clock.pass_by(timedelta(seconds=1))
        desk.work()
    assert mailbox.subjects == ["Ben Lindqvist said yes"]
    assert outcomes(desk) == ["unreachable", "sent"]
    assert [one["attempts"] for one in desk.announced()] == [2]


def test_a_mail_deferred_by_the_server_is_tried_again(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        mailbox.on_data = "451 try later"
        desk.work()
        mailbox.on_data, mailbox.on_recipient = None, "450 greylisted"
        desk.clock.pass_by(timedelta(seconds=5))
        desk.work()
        mailbox.on_recipient = None
        desk.clock.pass_by(timedelta(seconds=30))
        desk.work()
    assert outcomes(desk) == ["deferred", "deferred", "sent"]
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("step", ["on_recipient", "on_data"])
def test_a_mail_refused_for_good_is_failed_and_never_tried_again(desk: Desk, mailbox: Mailbox, step: str) -> None:
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        setattr(mailbox, step, "550 5.1.1 <ada@example.org> is not here")
        desk.work()
        setattr(mailbox, step, None)
        desk.clock.pass_by(timedelta(days=1))
        desk.work()
    assert mailbox.mails == []
    assert outcomes(desk) == ["refused"]
    [failed] = desk.announced()
    assert (failed["type"], failed["reason"]) == ("org.ithaca.notification.failed.v1", "refused")
    assert "ada@example.org" not in repr(list(desk.foundation.database["deliveries"].find()))


def test_one_persons_trouble_holds_up_nobody_else(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear(
        "member.updated.v1", {"id": ADA, "given_name": "Ada", "family_name": "Okafor", "email": "ä@x.org"}, version=2
    )
    desk.hear_example("mentorship.started.v1", "from-a-request")
    with mailbox.answering():
        desk.work()
    assert mailbox.recipients == ["ben@example.org"]
    assert outcomes(desk) == ["refused"]


def test_a_mail_waits_for_names_that_are_still_on_their_way(desk: Desk, mailbox: Mailbox) -> None:
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
        desk.hear_example("member.registered.v1", "by-the-association")
        desk.clock.pass_by(timedelta(seconds=1))
        desk.work()
        assert mailbox.mails == []
        desk.know_everybody()
        desk.clock.pass_by(timedelta(seconds=2))
        desk.work()
    assert mailbox.subjects == ["Ben Lindqvist said yes"]
    assert outcomes(desk) == ["waiting", "waiting", "sent"]


def test_a_mail_that_could_not_be_sent_for_days_is_given_up(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    desk.work()
    desk.clock.pass_by(KEPT_TRYING + timedelta(hours=1))
    with mailbox.answering():
        desk.work()
    assert mailbox.mails == []
    assert outcomes(desk) == ["unreachable", "timed_out"]
    assert [one["reason"] for one in desk.announced()] == ["timed_out"]


def test_a_person_without_an_address_has_the_inbox_only(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear("member.updated.v1", {"id": ADA, "given_name": "Ada", "family_name": "Okafor"}, version=2)
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
    assert mailbox.mails == []
    assert len(desk.notifications(ADA)) == 1
    assert outcomes(desk) == ["no_address"]


def test_the_partner_of_an_erased_member_still_gets_mail(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear("member.erased.v1", None, key=ADA, version=2)
    desk.hear_example("mentorship.ended.v1", "rematch", reason="erased")
    with mailbox.answering():
        desk.work()
    assert mailbox.recipients == ["ben@example.org"]
    assert mailbox.subjects == ["Your mentorship with a member has ended"]
    assert desk.deliveries(ADA) == [], "nothing is told to who was erased"


def test_a_mail_goes_to_the_survivor_of_a_merge(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("member.merged.v1", "into-the-survivor")
    desk.hear_example(
        "registration.confirmed.v1", "opted-into-mentoring", member_id="019ab000-7c1e-7b5e-9c55-0000000000a3"
    )
    with mailbox.answering():
        desk.work()
    assert mailbox.recipients == ["ada@example.org"]


def test_a_mail_sent_just_before_a_crash_comes_again_with_the_same_id(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
        # As if the process had died after the server took the mail and before that was recorded.
        desk.foundation.database["deliveries"].update_many(
            {}, {"$set": {"state": "pending", "due_at": desk.clock.now(), "attempts": []}}
        )
        desk.work()
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_without_a_server_mail_waits_and_goes_out_once_there_is_one(desk: Desk, mailbox: Mailbox) -> None:
    silent = Desk(dataclasses.replace(desk.foundation.settings, smtp_url=None))
    silent.know_everybody()
    silent.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        silent.work()
        silent.foundation.close()
        assert outcomes(desk) == []
        assert mailbox.mails == []
        desk.clock.pass_by(timedelta(hours=1))
        desk.work()
    assert mailbox.subjects == ["Ben Lindqvist said yes"]


def test_html_mail_escapes_names(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    bold = {"id": BEN, "given_name": "<b>Ben</b>", "family_name": '"&', "email": "ben@example.org"}
    desk.hear("member.updated.v1", bold, version=2)
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
    [mail] = mailbox.mails
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert '<b>Ben</b> "& will be your mentor' in text.get_content()
    assert "&lt;b&gt;Ben&lt;/b&gt; &#34;&amp; will be your mentor" in html.get_content()


def test_a_mail_looks_as_the_association_says_and_answers_go_where_it_says(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear_example("association.updated.v1", "with-colors")
    desk.hear_example("association.updated.v1", "name-alone", tenant="other")
    desk.hear_example("request.accepted.v1", "yes")
    with mailbox.answering():
        desk.work()
    [mail] = mailbox.mails
    assert mail["Reply-To"] == "Acme Association of Engineers <mentoring@acme.example.org>"
    html = mail.get_body(("html",))
    assert html is not None
    assert all(each in html.get_content() for each in ("#14532d", "https://acme.example.org/logo.svg"))


def test_a_color_or_logo_that_could_break_out_of_the_page_is_not_kept(desk: Desk) -> None:
    colors = {"primary": "red;}x{"}
    desk.hear_example("association.updated.v1", "with-colors", colors=colors, logo="javascript:alert(1)")
    kept = desk.store.associations.get("acme", "acme")
    assert (kept.primary, kept.logo) == (None, None)
