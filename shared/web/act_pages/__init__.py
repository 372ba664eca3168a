"""Pages on which a person does one thing that a mail asked of them, without signing in.

The service that owns the thing serves the page, so that the act is the very command of its API. Looking never acts:
programs that open every link of a mail find a form. What a page may do is said by a grant in its address.

    pages = ActPages(
        acts=[PageAct(Act.TAKE_SEAT, "seat", look, perform)],
        texts=Path(__file__).parent / "texts",
        grants=Grants.from_settings(settings),
        member_now=partial(store.erasures.member_now, store.merges),
        request_seconds=settings.request_seconds,
    )
    Views((..., blueprint(pages)))

Texts are `texts/LANGUAGE/NAME.jinja` of the service, one file a kind of thing, with the blocks that `PageAct` names,
and `refusals.jinja`; what all pages say is in the files here.
"""

from shared.web.act_pages.blueprint import blueprint
from shared.web.act_pages.grants import Grant, Grants
from shared.web.act_pages.page_act import Asked, Entry, Field, Kind, PageAct, Quote, Sight, Standing
from shared.web.act_pages.pages import ActPages
from shared.web.act_pages.plain import PlainPages
from shared.web.act_pages.writing import isolated

__all__ = [
    "ActPages",
    "Asked",
    "Entry",
    "Field",
    "Grant",
    "Grants",
    "Kind",
    "PageAct",
    "PlainPages",
    "Quote",
    "Sight",
    "Standing",
    "blueprint",
    "isolated",
]
