"""What notifications holds of a member and the member may know."""

from collections.abc import Collection, Mapping
from typing import Any

from services.notifications.channels.inbox import Inbox
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notification import Notification
from services.notifications.domain.participants import Participant
from services.notifications.domain.preferences import Preferences
from services.notifications.domain.registered import Registered
from services.notifications.domain.webhook_delivery import WebhookDelivery
from services.notifications.store import Store
from shared.web.export_share import Asked, Sections

_AT_ONCE = 500

Shown = Mapping[str, Any]


def export_share(store: Store, inbox: Inbox, asked: Asked) -> Sections | None:
    """The sections of the member; None where no message has told of them.

    Only the member reads in words what they were told: much of it says what happens between a pair.
    """
    person = store.people.find(asked.tenant, asked.member_id)
    if person is None or person.merged_into is not None:
        return None
    names = ("id", "given_name", "family_name", "email", "locale", "time_zone")
    known_as = store.merges.known_as(asked.tenant, asked.member_id)
    where = {"member_id": {"$in": sorted(known_as)}}
    said = store.preferences_of(asked.tenant, asked.member_id)
    return {
        "person": [{name: getattr(person, name) for name in names}],
        "registrations": [_registration(each) for each in store.registrations.page(asked.tenant, where, limit=0)],
        "participants": [_participant(each) for each in store.participants.page(asked.tenant, where, limit=0)],
        "notifications": _notifications(store, inbox, asked, known_as),
        "preferences": [] if said is None else [_preferences(said)],
        "mail_counts": store.mail_counts.of(asked.tenant, known_as),
        "push_addresses": [
            {name: getattr(each, name) for name in ("id", "scheme", "host", "state", "failing_since", "updated_at")}
            for each in store.push_addresses.of(asked.tenant, known_as)
        ],
        "bounced_addresses": [
            {"given_up": each.is_given_up, "soft": each.soft, "updated_at": each.updated_at}
            for each in store.bounced_addresses.page(asked.tenant, where, limit=0)
        ],
        "deliveries": [_delivery(each) for each in store.deliveries.page(asked.tenant, where, limit=0)],
        "webhook_deliveries": [
            _sent_outside(each) for each in store.webhook_deliveries.of_member(asked.tenant, known_as)
        ],
    }


def _notifications(store: Store, inbox: Inbox, asked: Asked, known_as: Collection[str]) -> list[Shown]:
    shown: list[Shown] = []
    before: str | None = None
    while found := store.notifications.inbox(asked.tenant, known_as, limit=_AT_ONCE, before=before):
        if asked.whole:
            shown += [
                {name: getattr(item, name) for name in ("id", "type", "title", "body", "link", "created_at", "read_at")}
                for item in inbox.items(asked.tenant, found)
            ]
        else:
            shown += [_fact(each) for each in found]
        before = found[-1].id
    return shown


def _fact(notification: Notification) -> Shown:
    return {name: getattr(notification, name) for name in ("id", "type", "created_at", "read_at")}


def _registration(registration: Registered) -> Shown:
    return {name: getattr(registration, name) for name in ("id", "event_id", "live", "attending", "updated_at")}


def _participant(participant: Participant) -> Shown:
    return {name: getattr(participant, name) for name in ("id", "program_id", "live", "updated_at")}


def _preferences(said: Preferences) -> Shown:
    names = ("language", "time_zone", "digest_at", "digest_day", "paces", "updated_at")
    quiet = said.quiet_hours
    hours = None if quiet is None else {"start": quiet.start, "end": quiet.end}
    return {name: getattr(said, name) for name in names} | {"quiet_hours": hours}


def _delivery(delivery: Delivery) -> Shown:
    names = ("id", "notification_ids", "channel", "state", "created_at", "updated_at")
    attempts = [{"at": each.at, "outcome": each.outcome, "code": each.code} for each in delivery.attempts]
    return {name: getattr(delivery, name) for name in names} | {"attempts": attempts}


def _sent_outside(delivery: WebhookDelivery) -> Shown:
    """That an outside system of the association was told of the member; what it was told is in the other sections."""
    return {name: getattr(delivery, name) for name in ("id", "webhook_id", "type", "state", "created_at")}
