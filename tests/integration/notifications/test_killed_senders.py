"""A worker that sends a mail is really killed (SIGKILL) at every step: the mail is sent, and known as one."""

import pytest

from services.notifications.domain.delivery import DeliveryState
from tests.integration.mortal import Place, killed_at
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA

SEND = "services.notifications.commands.send_mail"
SMTP = "services.notifications.channels.email.smtp:Conversation"


def _due(desk: Desk) -> None:
    """One mail to Ada, of a message that came twice."""
    desk.know_everybody()
    for _ in range(2):
        desk.hear_example("request.accepted.v1", "yes", message_id="the-same")


def _killed(desk: Desk, place: Place) -> None:
    killed_at(desk.foundation.settings, "notifications", "send_mail", place, now=desk.clock.now())


def _taken_over(desk: Desk) -> None:
    """What was the dead worker's is anybody's, and another goes on until nothing is due."""
    desk.foundation.database["deliveries"].update_many(
        {"claim": {"$exists": True}}, [{"$set": {"claim.until": {"$subtract": ["$$NOW", 1]}}}]
    )
    desk.work()


def _require_sent(desk: Desk, mailbox: Mailbox, copies: int) -> None:
    [delivery] = desk.deliveries(ADA)
    assert delivery.state is DeliveryState.DELIVERED
    assert dict(mailbox.copies) == {f"<{delivery.id}@ithaca.example>": copies}
    assert [each["type"] for each in desk.announced()] == ["org.ithaca.notification.delivered.v1"]
    assert [attempt.outcome.value for attempt in delivery.attempts][-1] == "sent"
    assert len(desk.notifications(ADA)) == 1


@pytest.mark.parametrize(
    "place",
    [
        Place("shared.messaging.due:claim"),  # nobody has it
        Place("shared.messaging.due:claim", "after"),  # it is claimed
        Place(f"{SEND}:close_delivery"),
        Place(f"{SEND}:close_delivery", "after"),  # nothing joins it any more
        Place(f"{SMTP}._envelope"),  # the server has been greeted
        Place(f"{SMTP}._envelope", "after"),  # it knows for whom a mail comes
        Place("smtplib:SMTP.send", "half"),  # it has half of the mail
    ],
    ids=str,
)
def test_a_mail_whose_sender_was_killed_before_the_server_had_it_is_sent_once(
    desk: Desk, mailbox: Mailbox, place: Place
) -> None:
    _due(desk)
    with mailbox.answering():
        _killed(desk, place)
        assert mailbox.mails == []
        _taken_over(desk)
        _taken_over(desk)
    _require_sent(desk, mailbox, copies=1)


@pytest.mark.parametrize(
    "place",
    [
        Place(f"{SMTP}.hand_over", "after"),  # the server has said yes
        Place("shared.messaging.due:Claimed.confirm"),  # it is about to be noted, in a transaction
        Place(f"{SEND}:announce_delivery"),  # it is noted in a transaction that never ends
    ],
    ids=str,
)
def test_a_mail_whose_sender_was_killed_before_the_yes_was_noted_comes_again_and_is_known_as_the_same(
    desk: Desk, mailbox: Mailbox, place: Place
) -> None:
    _due(desk)
    with mailbox.answering():
        _killed(desk, place)
        assert len(mailbox.mails) == 1
        _taken_over(desk)
        _taken_over(desk)
    _require_sent(desk, mailbox, copies=2)
    first, second = mailbox.raw
    assert _without_boundaries(first) == _without_boundaries(second)


def test_a_mail_of_which_the_yes_was_noted_never_comes_again(desk: Desk, mailbox: Mailbox) -> None:
    _due(desk)
    with mailbox.answering():
        _killed(desk, Place("shared.messaging.due:DueLoop.step", "after"))
        _taken_over(desk)
    _require_sent(desk, mailbox, copies=1)


def test_a_mail_that_the_server_took_and_hung_up_on_comes_again_and_is_known_as_the_same(
    desk: Desk, mailbox: Mailbox
) -> None:
    _due(desk)
    mailbox.hangs_up_after_data = 1
    with mailbox.answering():
        desk.work()
        desk.clock.pass_by(desk.deliveries(ADA)[0].due_at - desk.clock.now())  # type: ignore[operator]
        desk.work()
    _require_sent(desk, mailbox, copies=2)


def _without_boundaries(mail: bytes) -> list[bytes]:
    """The lines of a mail, without what its parts are held apart by, which is drawn."""
    return [line for line in mail.splitlines() if b"===============" not in line]
