"""A service's HTTP, as a command speaks to it: the local platform's, or any by address and token."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import click
import orjson
from pymongo.errors import PyMongoError
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError

from cli import environment
from cli.away import database_failed
from cli.embedded.issuer import load_issuer
from cli.ending import end
from cli.token import signed
from shared.settings import default_data_folder

_SECONDS = 600.0
"""For one answer: that to an upload comes when the last row is published."""

_OF_TENANTS = {"events": "events", "profiles": "members", "matching": "programs"}
"""A collection that every tenant of the service has something in."""

Json = dict[str, Any]


class Unanswered(Exception):
    """The service gave no answer, or one that is no success; `line` says so, `status` is None or that of the answer."""

    def __init__(self, line: str, status: int | None = None) -> None:
        super().__init__(line)
        self.line = line
        self.status = status


@dataclass(frozen=True, slots=True)
class Door:
    """`address` is the service's base address."""

    address: str
    token: str

    def get(self, path: str, **query: str) -> Json:
        """The answer. Ends the command with status 1 and the problem's own words where it is no success."""
        return _or_end(lambda: self.ask("GET", f"{path}?{urlencode(query)}" if query else path))

    def every(self, path: str) -> Iterator[Json]:
        """All items of a list."""
        page: Json = {"next": ""}
        while page["next"] is not None:
            page = self.get(path, limit="200", **({"cursor": page["next"]} if page["next"] else {}))
            yield from page["items"]

    def post(self, path: str, body: Iterator[bytes] | None = None, headers: Mapping[str, str] | None = None) -> Json:
        """The answer, as of `get`."""
        return _or_end(lambda: self._ask("POST", path, body, headers))

    def tell(self, path: str, content: Json) -> Json:
        """The answer to a POST of this object, as of `get`."""
        return _or_end(lambda: self.ask("POST", path, content))

    def ask(self, method: str, path: str, content: Json | None = None) -> Json:
        """The answer, for a command that can do something without one. Raises Unanswered."""
        if content is None:
            return self._ask(method, path)
        return self._ask(method, path, orjson.dumps(content), {"Content-Type": "application/json"})

    def _ask(
        self,
        method: str,
        path: str,
        body: Iterator[bytes] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        all_headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        try:
            with PoolManager(timeout=Timeout(connect=10.0, read=_SECONDS)) as pool:
                answer = pool.request(
                    method, f"{self.address}{path}", body=body, headers=all_headers, retries=False, redirect=False
                )
        except (HTTPError, OSError) as error:
            reason = error.reason if isinstance(error, MaxRetryError) else error
            raise Unanswered(f"{self.address} gives no answer: {type(reason).__name__}") from error
        content = _object(answer.data)
        if answer.status >= 300:
            faults = [f"  {fault.get('pointer')} {fault.get('detail')}".rstrip() for fault in content.get("errors", ())]
            said = str(content.get("detail") or f"{self.address}{path} answers {answer.status}")
            raise Unanswered("\n".join([said, *faults]), answer.status)
        return content


def open_door(
    service: str,
    role: str,
    *,
    address: str | None,
    token: str | None,
    tenant: str | None,
    subject: str,
) -> Door:
    """The service at that address, else the local platform's, there for a tenant: by default the only one there is.

    `subject` stands in the audit of the local platform as who did it.
    Ends the command with status 1 or 2 and one line where that is not enough to go by.
    """
    if address is not None:
        if token is None:
            raise click.UsageError("--url needs a token: --token, or ITHACA_TOKEN.")
        return Door(address.rstrip("/"), token)
    local = environment.platform()
    if token is None:
        issuer = load_issuer(default_data_folder(os.environ) / "issuer")
        found = tenant or _only_tenant(service)
        token = signed(issuer, tenant=found, subject=subject, roles=(role,), seconds=4 * 3600)
    return Door(local.service(service), token)


def _only_tenant(service: str) -> str:
    (local,) = environment.every_service(service)
    try:
        tenants = sorted(local.foundation.database[_OF_TENANTS[service]].distinct("tenant"))
    except PyMongoError as error:
        database_failed(error)
    if len(tenants) == 1:
        return str(tenants[0])
    few = ", ".join(tenants[:5]) + (", …" if len(tenants) > 5 else "")
    raise click.UsageError(f"Say for whom: --tenant ({few or 'there is none yet'}).")


def _object(content: bytes) -> Json:
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _or_end(asking: Callable[[], Json]) -> Json:
    try:
        return asking()
    except Unanswered as error:
        end(error.line)
