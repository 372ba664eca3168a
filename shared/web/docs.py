"""`/openapi.json`, and `/docs`: Swagger UI from our own origin, so that it works offline and nothing foreign runs."""

from html import escape
from importlib.resources import files

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from shared.web.access import public
from shared.web.bodies import JSON, encode
from shared.web.openapi import document

# Swagger UI sets styles from its script; nothing else may come from anywhere but here.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}

_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{title}</title>
  <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
_FILES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


def blueprint(title: str) -> Blueprint:
    """The document and its page; no token."""
    docs = Blueprint("docs", __name__)
    folder = files("flask_swagger_ui") / "dist"

    @docs.get("/openapi.json")
    @public
    def openapi() -> Response:
        return Response(encode(document(current_app)), content_type=JSON)

    @docs.get("/docs")
    @public
    def page() -> Response:
        return Response(_PAGE.format(title=escape(title)), content_type="text/html; charset=utf-8", headers=_HEADERS)

    @docs.get("/docs/start.js")
    @public
    def start() -> Response:
        return Response(_START, content_type="text/javascript; charset=utf-8", headers=_HEADERS)

    @docs.get("/docs/<name>")
    @public
    def asset(name: str) -> Response:
        if name not in _FILES:
            raise NotFound
        headers = _HEADERS | {"Cache-Control": "public, max-age=86400"}
        return Response((folder / name).read_bytes(), content_type=_FILES[name], headers=headers)

    return docs
