"""Speaks to a service over HTTP as one person would, with that person's token."""

from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import orjson

from cli.demo.failure import NotSeen

Json = dict[str, Any]

_PATIENCE = 30.0
"""Seconds for one answer."""


def ask(method: str, url: str, *, token: str | None = None, body: Json | None = None) -> Json:
    """The answer's JSON object, empty for 204. Directly, whatever proxies the environment names.

    Raises NotSeen with the problem's own words where the answer is no success.
    """
    target = urlsplit(url)
    path = f"{target.path}?{target.query}" if target.query else target.path
    headers = {"Accept": "application/json, application/problem+json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = HTTPConnection(target.hostname or "", target.port, timeout=_PATIENCE)
    try:
        connection.request(method, path, None if body is None else orjson.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as error:
        raise NotSeen(f"an answer to {method} {url}", f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    said = _object(content)
    if answer.status >= 300:
        raise NotSeen(f"success of {method} {path}", _problem(answer.status, said, content))
    return said


def _object(content: bytes) -> Json:
    try:
        read = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _problem(status: int, said: Json, content: bytes) -> str:
    faults = "; ".join(f"{fault.get('pointer')} {fault.get('detail')}" for fault in said.get("errors", ()))
    words = [str(said.get(name)) for name in ("title", "detail") if said.get(name)]
    return " ".join([str(status), ": ".join(words) or content[:200].decode(errors="replace"), faults]).strip()
