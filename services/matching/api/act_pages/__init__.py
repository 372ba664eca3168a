"""What members do from mails without signing in: answer a request, sign, give feedback, confirm, be introduced."""

from functools import partial
from pathlib import Path

from services.matching.api.act_pages.agreements import agreement_acts
from services.matching.api.act_pages.feedback import feedback_acts
from services.matching.api.act_pages.introductions import introduction_acts
from services.matching.api.act_pages.requests import request_acts
from services.matching.api.act_pages.sessions import session_acts
from services.matching.store import Store
from shared.settings import Settings
from shared.web.act_pages import ActPages, Grants

TEXTS = Path(__file__).parent / "texts"


def act_pages(store: Store, settings: Settings) -> ActPages:
    """All pages of matching; without ITHACA_SECRET_KEY none of them opens."""
    return ActPages(
        [
            *request_acts(store),
            *agreement_acts(store),
            *feedback_acts(store),
            *introduction_acts(store),
            *session_acts(store),
        ],
        texts=TEXTS,
        grants=Grants.from_settings(settings),
        member_now=partial(store.erasures.member_now, store.merges),
        request_seconds=settings.request_seconds,
    )
