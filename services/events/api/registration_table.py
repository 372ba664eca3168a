"""An event's registrations as a table, for the desk's spreadsheet."""

from collections.abc import Iterator, Sequence

from services.events.api.registration_view import shown_to
from services.events.domain.event import Event
from services.events.store import Store
from shared.web.csv_download import Cell

_AT_ONCE = 500

OWN = ("attending", "offer_expires_at", "created_at", "member_id", "id")
"""What only we say of a registration: an upload has no such columns, and leaves them out by its map."""

COLUMNS = (
    "source",
    "source_event_id",
    "source_registration_id",
    "name",
    "email",
    "buyer_email",
    "organization",
    "ticket_type",
    "status",
    "checked_in_at",
    "mentoring",
    "visibility",
    *OWN,
)
"""As in RegistrationSchema; those that are not our own are columns of an upload of attendees, by the same names."""


def rows(store: Store, event: Event, text: str) -> Iterator[Sequence[Sequence[Cell]]]:
    """All registrations of the event that match the text, in order of id, batch by batch.

    No cursor is held meanwhile: whoever reads slowly keeps nothing open in the database.
    """
    members = store.people.matching(event.tenant, text) if text else ()
    after: str | None = None
    while found := store.registrations.at_desk(event.tenant, event.id, text, members, limit=_AT_ONCE, after=after):
        yield [[view.get(column) for column in COLUMNS] for view in shown_to(found, store, staff=True)]
        after = found[-1].id
