"""The addresses of such pages: `/pages/ACT/GRANT`, and everything else under `/pages` as a page as well."""

from collections.abc import Mapping, Sequence

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import Fault
from shared.web.access import public
from shared.web.act_pages.languages import asked_for
from shared.web.act_pages.pages import ActPages
from shared.web.blueprint import Blueprint
from shared.web.bodies import whole_body

FORM = "application/x-www-form-urlencoded"

_MOST_ENTERED = 50


def blueprint(pages: ActPages) -> Blueprint:
    """What a service registers."""

    def as_page(status: int, _detail: str, _errors: Sequence[Fault], headers: Mapping[str, str]) -> Response:
        return pages.plain.of_error(request, status, headers)

    made = Blueprint(
        "act_pages",
        __name__,
        url_prefix="/pages",
        description="Pages on which a person does one thing that a mail asked of them. They need no token.",
        dialect=as_page,
        errors_as="text/html",
    )

    @made.get("/<act>/<grant>")
    @public
    @made.doc(responses={410: {"description": "Gone", "content": {"text/html": {"schema": {"type": "string"}}}}})
    @made.response(200, content_type="text/html")
    def show(act: str, grant: str) -> Response:
        """Shows what somebody is asked, and a form to answer by; looking changes nothing.

        404 for an address that was never given, 410 for one whose time is over.
        """
        return pages.show(act, grant, asked_for(request))

    @made.post("/<act>/<grant>")
    @public
    @made.takes(FORM)
    @made.doc(responses={410: {"description": "Gone", "content": {"text/html": {"schema": {"type": "string"}}}}})
    @made.response(200, content_type="text/html")
    def send(act: str, grant: str) -> Response:
        """Does it, as the API would for the same person; a second time says that it was done already.

        A refusal is a page with the reason: 409, or 422 where what was entered is at fault.
        """
        return pages.send(act, grant, _entered(), asked_for(request))

    return made


def _entered() -> dict[str, str]:
    """The fields of the form; none where nothing was sent. Raises 415, and werkzeug's 413."""
    content = whole_body(request)
    if content and request.mimetype != FORM:
        raise UnsupportedMediaType
    return dict(list(request.form.items())[:_MOST_ENTERED])
