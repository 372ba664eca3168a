"""Where links lead as long as the association has named no portal: a plain page per kind, the same for everybody."""

from flask import Response
from werkzeug.exceptions import NotFound

from services.notifications.domain.telling import Subject
from shared.web import Blueprint, public

blueprint = Blueprint("pages", __name__, url_prefix="/pages", description="Plain pages that links in mails lead to.")

_HTML = "text/html; charset=utf-8"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Ithaca</title>
<style>body { margin: 15vh auto; max-width: 28em; padding: 0 1em; font: 1.1em/1.5 Georgia, serif; }</style>
</head>
<body>
<h1>Almost there</h1>
<p>Sign in to your association's portal to see this.</p>
</body>
</html>
"""


@blueprint.get("/<kind>/<id:subject_id>")
@public
@blueprint.response(200, content_type="text/html")
def page(kind: str, subject_id: str) -> Response:  # noqa: ARG001 - says nothing of whether there is such a thing
    """A page that asks to sign in elsewhere."""
    if kind not in set(Subject):
        raise NotFound
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(_PAGE, content_type=_HTML, headers=headers)
