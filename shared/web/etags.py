"""Versions as strong entity tags (RFC 9110, sections 8.8.3 and 13.1): no lost updates, no needless downloads.

They are raised by the epoch (`messaging/epoch.py`): what a client has seen of a state that a restore took back matches
nothing any more.
"""

import re

from flask import Response, current_app, g, request

from shared.errors import Malformed, PreconditionFailed
from shared.messaging.unit_of_work import UnitOfWork
from shared.web.transactions import EXTENSION

_TAG = re.compile(r'\s*((?:W/)?)"([\x21\x23-\x7e\x80-\xff]*)"\s*')


def etag(version: int | str) -> None:
    """Says that the answer shows an aggregate at this version: it becomes the answer's `ETag`.

    What is put together from many has no version: a hash of the content stands for one. On GET, a matching
    `If-None-Match` then makes the answer a 304.
    """
    g.etag = version if isinstance(version, str) else tag(version)


def tag(version: int) -> str:
    """The text of an aggregate's tag at this version."""
    unit_of_work = current_app.extensions.get(EXTENSION)
    return str(version + unit_of_work.epoch() if isinstance(unit_of_work, UnitOfWork) else version)


def require_match(version: int) -> None:
    """Called by a view that changes an aggregate, with the version it found.

    Raises PreconditionFailed where the caller sent an `If-Match` that does not name this version; weak tags never
    match. Without the header anything goes. Raises Malformed where the header is no list of tags.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return
    tags = _parse(header, "If-Match")
    now = tag(version)
    if tags is not None and (False, now) not in tags:
        raise PreconditionFailed(f'This is at version "{now}", not at the one in If-Match: read it again.')


def check_headers() -> None:
    """Raises Malformed where a condition is no list of tags, whether or not the view looks at it."""
    for name in ("If-Match", "If-None-Match"):
        if (header := request.headers.get(name)) is not None:
            _parse(header, name)


def reset() -> None:
    """Forgets what an earlier attempt of the same request has said."""
    g.pop("etag", None)


def apply(response: Response) -> Response:
    """Puts the tag on the answer, or turns it into a 304 that keeps the headers a 200 would have had."""
    version: str | None = g.get("etag")
    if version is None or response.status_code >= 300:
        return response
    response.headers["ETag"] = f'"{version}"'
    header = request.headers.get("If-None-Match")
    if header is not None and request.method in ("GET", "HEAD"):
        tags = _parse(header, "If-None-Match")
        if tags is None or any(each == version for _, each in tags):
            response.status_code = 304
            response.set_data(b"")
            response.headers.pop("Content-Type", None)
    return response


def _parse(header: str, name: str) -> list[tuple[bool, str]] | None:
    """The tags as (weak, opaque); None stands for `*`."""
    if header.strip() == "*":
        return None
    tags, position = [], 0
    while True:
        found = _TAG.match(header, position)
        if found is None:
            raise Malformed(f'{name} must be * or a list of quoted tags, such as "3".')
        tags.append((bool(found[1]), found[2]))
        position = found.end()
        if position == len(header):
            return tags
        if header[position] != ",":
            raise Malformed(f"{name}: the tags are not separated by commas.")
        position += 1
