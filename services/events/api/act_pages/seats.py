"""Whoever waited takes the seat that is held for them."""

from collections.abc import Sequence

from services.events.commands.promote_waiting import accept_offer
from services.events.domain.registration import Registration, Status
from services.events.store import Store
from shared.contracts.acts import Act
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, PageAct, Sight, Standing, isolated


def seat_acts(store: Store) -> Sequence[PageAct]:
    """The taking."""

    def own(asked: Asked) -> Registration:
        registration = store.registrations.get(asked.tenant, asked.subject_id, asked.session)
        if registration.member_id != asked.member_id:
            raise NotFound("registration", registration.id)
        return registration

    def look(asked: Asked) -> Sight:
        registration = own(asked)
        event = store.events.get(asked.tenant, registration.event_id, asked.session)
        return Sight(
            _standing(registration, asked),
            {
                "event": isolated(event.name),
                "starts_at": event.starts_at,
                "place": isolated(event.place),
                "until": registration.offer_expires_at,
                "cancelled": registration.status is Status.CANCELLED,
            },
            zone=event.time_zone,
        )

    def take(transaction: Transaction, asked: Asked, _sight: Sight, _entry: Entry) -> None:
        accept_offer(transaction, store, own(asked))

    return (PageAct(Act.TAKE_SEAT, "seat", look, take),)


def _standing(registration: Registration, asked: Asked) -> Standing:
    if registration.confirmed:
        return Standing.DONE
    until = registration.offer_expires_at
    held = registration.status is Status.OFFERED and until is not None and asked.now < until
    return Standing.OPEN if held else Standing.OVER
