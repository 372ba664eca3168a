"""Which message leads to what here."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache, partial

from services.notifications.commands.follow_participant import follow_participant
from services.notifications.commands.follow_registration import follow_registration
from services.notifications.commands.keep_copies import (
    follow_event,
    follow_person,
    keep_association,
    keep_event,
    keep_person,
    keep_program,
)
from services.notifications.commands.leave_webhook_deliveries import leave_webhook_deliveries
from services.notifications.commands.tell_people import tell_people
from services.notifications.commands.tell_program import tell_of_sharing
from services.notifications.domain.catalog import MEETINGS, REGISTRATIONS, RELATIONSHIPS, ROUNDS, SCHEDULES, SHARING
from services.notifications.domain.webhook_types import SENT_TYPES
from services.notifications.settings import WebhookSettings
from services.notifications.store import ASSOCIATIONS, EVENTS, PEOPLE, PROGRAMS, Store
from shared.messaging.envelope import Message
from shared.messaging.projections import one_by_one, projection
from shared.messaging.reactions import Caused, Handle, HandleMany, Kind, Reaction, effect_of_many
from shared.messaging.unit_of_work import Transaction
from shared.telemetry import logs

Command = Callable[[Transaction, Store, Message], object]

_MEMBERS = (
    "member.registered.v1",
    "member.updated.v1",
    "member.deactivated.v1",
    "member.merged.v1",
    "member.unmerged.v1",
    "member.erased.v1",
)
_EVENTS = ("event.published.v1", "event.updated.v1", "event.cancelled.v1", "event.finished.v1")
_PROGRAMS = ("program.opened.v1", "program.updated.v1", "program.completed.v1")
_ENROLLMENTS = (
    "enrollment.approved.v1",
    "enrollment.paused.v1",
    "enrollment.resumed.v1",
    "enrollment.withdrawn.v1",
    "enrollment.rejected.v1",
)
_ASSOCIATIONS = ("association.updated.v1",)

_log = logs.logger(__name__)


def reactions(
    store: Store, webhooks: WebhookSettings, *, mail_is_sent: bool, gather: timedelta
) -> tuple[Reaction, ...]:
    """Copies of whom and what is told of, and the telling: its table is `domain/catalog.py`.

    `gather`: how long news about one thing gathers before a mail goes out. Where no mail is sent, the first mail that
    has to wait is worth a line in the log.
    """

    @cache
    def say_that_mail_waits() -> None:
        _log.warning("mail_waits", reason="SMTP_URL is not set")

    def with_store(command: Command) -> HandleMany:
        def handle(transaction: Transaction, message: Message) -> None:
            command(transaction, store, message)

        return one_by_one(handle)

    def telling(command: Command) -> Handle:
        def handle(transaction: Transaction, message: Message) -> None:
            command(transaction, store, message)
            if not mail_is_sent:
                say_that_mail_waits()

        return handle

    def for_webhooks(caused: Sequence[Caused]) -> None:
        leave_webhook_deliveries(store, caused, kept=timedelta(days=webhooks.log_days))

    return (
        projection("people", _MEMBERS, {PEOPLE: "_id"}, keep=with_store(keep_person), handle=with_store(follow_person)),
        projection("events", _EVENTS, {EVENTS: "_id"}, keep=with_store(keep_event), handle=with_store(follow_event)),
        projection("programs", _PROGRAMS, {PROGRAMS: "_id"}, keep=with_store(keep_program)),
        projection("associations", _ASSOCIATIONS, {ASSOCIATIONS: "_id"}, keep=with_store(keep_association)),
        store.erasures.reaction(),
        Reaction(
            "registrations", tuple(REGISTRATIONS), Kind.EFFECT, telling(partial(follow_registration, gather=gather))
        ),
        Reaction("participants", _ENROLLMENTS, Kind.EFFECT, telling(follow_participant)),
        Reaction("sharing", tuple(SHARING), Kind.EFFECT, telling(partial(tell_of_sharing, gather=gather))),
        Reaction("relationships", tuple(RELATIONSHIPS), Kind.EFFECT, telling(partial(tell_people, gather=gather))),
        Reaction("rounds", tuple(ROUNDS), Kind.EFFECT, telling(partial(tell_people, gather=gather))),
        Reaction("schedules", tuple(SCHEDULES), Kind.EFFECT, telling(partial(tell_people, gather=gather))),
        Reaction("meetings", tuple(MEETINGS), Kind.EFFECT, telling(partial(tell_people, gather=gather))),
        effect_of_many("webhooks", SENT_TYPES, for_webhooks, apart=True),
    )
