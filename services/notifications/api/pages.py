"""Where links lead as long as the association has named no portal: a plain page per kind, the same for everybody.

What a mail asks for is done on pages of the services that own it; here one can do nothing.
"""

from collections.abc import Mapping, Sequence

from flask import Response, request
from werkzeug.exceptions import NotFound

from services.notifications.domain.telling import Subject
from shared.errors import Fault
from shared.web import Blueprint, public
from shared.web.act_pages import PlainPages

_PAGES = PlainPages()


def _as_page(status: int, _detail: str, _errors: Sequence[Fault], headers: Mapping[str, str]) -> Response:
    return _PAGES.of_error(request, status, headers)


blueprint = Blueprint(
    "pages",
    __name__,
    url_prefix="/pages",
    description="Plain pages that links in mails lead to.",
    dialect=_as_page,
    errors_as="text/html",
)


@blueprint.get("/<kind>/<id:subject_id>")
@public
@blueprint.response(200, content_type="text/html")
def page(kind: str, subject_id: str) -> Response:  # noqa: ARG001 - says nothing of whether there is such a thing
    """Shows a page that asks to sign in elsewhere, in the language that the browser asks for."""
    if kind not in set(Subject):
        raise NotFound
    return _PAGES.saying(request, "portal", 200)
