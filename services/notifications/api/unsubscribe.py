"""`/v1/unsubscribe`: how a reader stops mails, by a click in their mail program (RFC 8058) or on a plain page.

Looking at the page changes nothing: programs that look at every link in a mail do so, too.
"""

from collections.abc import Collection

from flask import Response, request
from werkzeug.exceptions import NotFound

from services.notifications.api.context import store, tokens, wording
from services.notifications.commands.unsubscribe import unsubscribe
from services.notifications.domain.telling import Category
from services.notifications.domain.tokens import Unsubscribing
from services.notifications.rendering.bidi import direction_of
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction
from shared.web import Blueprint, audit, public, unit_of_work

blueprint = Blueprint(
    "unsubscribe", __name__, url_prefix="/v1/unsubscribe", description="How readers stop mails, without signing in."
)

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@blueprint.get("/<token>")
@public
@blueprint.response(200, content_type="text/html")
def page(token: str) -> Response:
    """Shows which mails the reader may stop; nothing is stopped by looking.

    `token` is of one member and the kinds of news in one mail.
    """
    return _page(_read(token), done=False)


@blueprint.post("/<token>")
@public
@blueprint.takes(*FORMS)
@blueprint.response(200, content_type="text/html")
def stop(token: str) -> Response:
    """Stops mails, once and for all or again.

    `List-Unsubscribe=One-Click`, as mail programs send it (RFC 8058), and `choice=these` stop the kinds of news that
    were in the mail, `choice=every` all of them. What people have agreed on comes by mail in any case, and everything
    stands in the inbox.
    """
    what = _read(token)
    categories = _chosen(what)

    def change(transaction: Transaction) -> None:
        member_id = unsubscribe(transaction, store(), what, categories)
        if member_id is not None:
            audit.record_by_address(transaction, member_id)

    unit_of_work().run(change, tenant=what.tenant)
    return _page(what, done=True)


def _read(token: str) -> Unsubscribing:
    what = tokens().read_unsubscribing(token)
    if what is None:
        raise NotFound("This address is not one that we gave. Take it from the mail once more, whole.")
    return what


def _chosen(what: Unsubscribing) -> Collection[Category]:
    if request.form.get("List-Unsubscribe") == "One-Click" or request.form.get("choice") == "these":
        return what.categories
    if request.form.get("choice") == "every":
        return list(Category)
    raise Invalid([Fault("/choice", "A form with List-Unsubscribe=One-Click, choice=these or choice=every is needed.")])


def _page(what: Unsubscribing, *, done: bool) -> Response:
    reader = store().reader(what.tenant, what.member_id)
    association = store().associations.find(what.tenant, what.tenant)
    language = wording().language(reader, association)
    templates = wording().html
    kinds = ", ".join(templates.line(language, "frames", each.value, {}) for each in what.categories)
    blocks = templates.blocks(language, "unsubscribe")
    said = {block: templates.line(language, "unsubscribe", block, {"kinds": kinds}) for block in blocks}
    content = templates.template("unsubscribe.html.jinja").render(
        said, language=language, direction=direction_of(language), done=done
    )
    return Response(content, content_type="text/html; charset=utf-8", headers=_HEADERS)
