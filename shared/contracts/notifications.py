"""`notifications.v1`: what became of each notification."""

from shared.contracts.fields import Code, Id, Line, Record, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import Topic, kept

TOPIC = Topic("notifications.v1", "What became of each notification.", ("notifications",), kept(days=7))


class NotificationDelivered(Record):
    """A notification reached its channel."""

    id = Id("The notification.", required=True)
    member_id = Id("Whom it was for.", required=True)
    message_id = Line("The `ce_id` of the message it tells of.", 200)
    message_type = Line("Its `ce_type`.", 200)
    channel = Code("By which channel: `inbox`, `email`, `webhook`, `push`.", required=True)
    attempts = Whole("Attempts so far.", 1, 10_000, required=True)
    at = Timestamp("When.", required=True)


class NotificationFailed(NotificationDelivered):
    """A notification was given up on for this channel, or what had reached it came back."""

    reason = Code("Why: `bounced`, `refused`, `timed_out`, `gone`, `no_address`.", required=True)


TYPES = (
    message_type("notification.delivered.v1", TOPIC, NotificationDelivered, "A notification reached its channel."),
    message_type("notification.failed.v1", TOPIC, NotificationFailed, "A notification did not reach its channel."),
)
