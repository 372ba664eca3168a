"""JSON in and out by orjson, and the checks that keep a body from hurting what comes behind it."""

import sys
from collections.abc import Sequence
from typing import Any

import orjson
from flask import Flask, Request, Response
from flask.json.provider import JSONProvider
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, UnsupportedMediaType

from shared.clock import rfc3339
from shared.errors import Malformed
from shared.web.pointers import escape

LARGEST_BODY = 1 << 20
"""Bytes; a message may have 900 KiB, and uploads have a limit of their own."""

DEEPEST = 32
"""Levels of nesting; MongoDB stops at 100 and would answer with a fault of its own."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_TYPES = (JSON, MERGE_PATCH)


class UnsupportedEncoding(UnsupportedMediaType):
    """A 415 that says which `Content-Encoding` is taken (RFC 9110, section 15.5.16)."""

    def __init__(self, taken: str, detail: str) -> None:
        super().__init__(detail)
        self._taken = taken

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        return [*super().get_headers(environ, scope), ("Accept-Encoding", self._taken)]


class OrjsonProvider(JSONProvider):
    """What `jsonify` and `response.json` use: RFC 8259, UTF-8, times in RFC 3339."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return Response(encode(self._prepare_response_obj(args, kwargs)), mimetype=JSON)


def encode(value: object) -> bytes:
    """The value as JSON. Raises TypeError for what JSON does not have."""
    return orjson.dumps(value, default=_times, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)


def decode(content: bytes) -> Any:
    """The value of a JSON text from outside.

    Raises Malformed with the position where it is no JSON (also: invalid UTF-8, NaN, lone surrogates), and with the
    pointer where a number or a name cannot be stored or the nesting is deeper than 32.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    _check(value)
    return value


def whole_body(request: Request) -> bytes:
    """The body, kept for whoever asks again.

    Raises werkzeug's 413 where it is too long, and its ClientDisconnected where it broke off: what is left of one could
    be read as a body that leaves everything out.
    """
    content = request.get_data(cache=True)
    if request.content_length is not None and len(content) < request.content_length:
        raise ClientDisconnected("The body broke off.")
    # A body without Content-Length is cut at the limit by werkzeug, without a word.
    if request.content_length is None and len(content) >= (request.max_content_length or sys.maxsize):
        raise RequestEntityTooLarge
    return content


def json_body(request: Request, types: Sequence[str] | None = None) -> Any:
    """The JSON body of the request; an empty one counts as `{}`, so that a body of optional fields may be left out.

    `types` are the media types of JSON that it may have; ours unless given. Raises Malformed, and werkzeug's 413, or
    415 where the body says that it is something else.
    """
    taken = types or (JSON_TYPES if request.method == "PATCH" else (JSON,))
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in taken or charset not in ("utf-8", "utf8"):
        # Told by its headers: what may be an upload is not read into memory only to be refused.
        if request.content_length or "Transfer-Encoding" in request.headers:
            raise UnsupportedMediaType(f"The body must be {' or '.join(taken)} in UTF-8.")
        return {}
    content = whole_body(request)
    if content and encoding_of(request) != "identity":
        raise UnsupportedEncoding("identity", "The body must not be compressed here.")
    return decode(content) if content else {}


def encoding_of(request: Request) -> str:
    """The body's `Content-Encoding`; `identity` where it is as it is."""
    return request.headers.get("Content-Encoding", "").strip().lower() or "identity"


def install(app: Flask) -> None:
    """Makes orjson the app's JSON."""
    app.json = OrjsonProvider(app)


def _times(value: object) -> str:
    if hasattr(value, "astimezone"):
        return rfc3339(value)  # type: ignore[arg-type]
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _check(root: Any) -> None:
    pending: list[tuple[Any, str, int]] = [(root, "", 0)]
    while pending:
        value, pointer, depth = pending.pop()
        if isinstance(value, bool | str | float) or value is None:
            continue
        if isinstance(value, int):
            if not -(1 << 63) <= value < 1 << 63:
                raise Malformed(f"The number at {pointer or 'the top'} has more than 64 bits.")
            continue
        if depth == DEEPEST:
            raise Malformed(f"The body is nested deeper than {DEEPEST} levels.")
        if isinstance(value, dict):
            for name, below in value.items():
                if "\0" in name:
                    raise Malformed(f"A name at {pointer or 'the top'} holds a NUL.")
                pending.append((below, f"{pointer}/{escape(name)}", depth + 1))
        else:
            pending.extend((below, f"{pointer}/{index}", depth + 1) for index, below in enumerate(value))
