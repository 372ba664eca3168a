"""What apprise's services speak through instead of `requests`: within our reach, to a checked address, no further.

Each of them calls `requests.post` of its own module; that name is ours there. Whether TLS is verified, how long to wait
and whether to follow is not theirs to say.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from shared.outgoing.addresses import Forbidden, Reach
from shared.outgoing.connecting import Unreachable
from shared.outgoing.post import Line

codes = requests.codes
RequestException = requests.RequestException


class _Meant(requests.RequestException):
    """Where it would have gone was all that was asked."""


class _Ours(threading.local):
    reach: Reach | None = None
    """None: nothing goes anywhere."""
    meant: str | None = None


_ours = _Ours()


@contextmanager
def within(reach: Reach) -> Iterator[None]:
    """What this thread has sent goes within this reach."""
    _ours.reach = reach
    try:
        yield
    finally:
        _ours.reach = None


@contextmanager
def going_nowhere() -> Iterator[None]:
    """What this thread has sent goes nowhere: `meant` then says where it would have gone."""
    _ours.meant = None
    yield


def meant() -> str | None:
    """The address that something would have been sent to; None: to none."""
    return _ours.meant


def post(url: str, **options: Any) -> requests.Response:
    """As `requests.post`."""
    return request("POST", url, **options)


def request(method: str, url: str, **options: Any) -> requests.Response:
    """As `requests.request`, of POST alone."""
    given = {name: options[name] for name in ("headers", "data", "params", "auth", "json") if name in options}
    prepared = requests.Request(method, url, **given).prepare()
    if prepared.method != "POST" or prepared.url is None:
        raise _Meant
    _ours.meant = prepared.url
    if _ours.reach is None:
        raise _Meant
    body = prepared.body or b""
    headers = {name: str(value) for name, value in prepared.headers.items() if name.lower() != "content-length"}
    try:
        with Line(_without_account(prepared.url), _ours.reach) as line:
            answer = line.post(body.encode() if isinstance(body, str) else bytes(body), headers)
    except (Forbidden, Unreachable) as error:
        raise requests.ConnectionError from error
    response = requests.Response()
    response.status_code = answer.status
    response._content = answer.body
    response.headers.update(answer.headers)
    return response


def _without_account(url: str) -> str:
    """Account and password are in a header by now."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
