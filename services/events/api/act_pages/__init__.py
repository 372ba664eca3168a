"""What attendees do from mails without signing in: take a seat that was offered, answer who would like to meet."""

from functools import partial
from pathlib import Path

from services.events.api.act_pages.meetings import meeting_acts
from services.events.api.act_pages.seats import seat_acts
from services.events.store import Store
from shared.settings import Settings
from shared.web.act_pages import ActPages, Grants

TEXTS = Path(__file__).parent / "texts"


def act_pages(store: Store, settings: Settings) -> ActPages:
    """All pages of events; without ITHACA_SECRET_KEY none of them opens."""
    return ActPages(
        [*seat_acts(store), *meeting_acts(store)],
        texts=TEXTS,
        grants=Grants.from_settings(settings),
        member_now=partial(store.erasures.member_now, store.merges),
        request_seconds=settings.request_seconds,
    )
