"""A ticket system that answers over real HTTP in the documented forms, and fails on demand."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

Fault = Callable[[BaseHTTPRequestHandler], None]

_PRETIX = re.compile(r"/api/v1/organizers/assoc/events/([^/]+)/orders/(?:([^/]+)/)?")


@dataclass(slots=True)
class Shop:
    """pretix (`orders` by code) and Eventbrite (`attendees` by id) in one; `events` are those that are there.

    As pretix does, it answers 403 for an event that is not there.
    """

    url: str = ""
    token: str = "Token the-token-of-the-shop"
    events: set[str] = field(default_factory=lambda: {"summit", "7"})
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    attendees: dict[str, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 2
    generated: str = "2026-11-22T20:59:32.389817Z"
    faults: list[Fault] = field(default_factory=list)
    """Each is the answer to one request, in order, before the usual ones."""
    asked: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        if self.faults:
            self.faults.pop(0)(handler)
        else:
            self.serve(handler)

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """The usual answer."""
        if handler.headers["Authorization"] != self.token:
            status(401)(handler)
            return
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if (match := _PRETIX.fullmatch(parts.path)) and match[1] not in self.events:
            status(403)(handler)
            return
        found = self._found(parts.path, query)
        if found is None:
            status(404)(handler)
        else:
            send(handler, 200, orjson.dumps(found), **{"X-Page-Generated": self.generated})

    def _found(self, path: str, query: dict[str, str]) -> Any:
        if match := _PRETIX.fullmatch(path):
            return self._pretix(match[1], match[2], query)
        if match := re.fullmatch(r"/v3/events/(\d+)/attendees/(?:(\d+)/)?", path):
            if match[1] not in self.events:
                return None
            return self.attendees.get(match[2]) if match[2] else self._continued(query)
        if match := re.fullmatch(r"/v3/orders/(\d+)/", path):
            several = [each for each in self.attendees.values() if each["order_id"] == match[1]]
            return {"id": match[1], "attendees": several} if several else None
        return None

    def _pretix(self, event: str, code: str | None, query: dict[str, str]) -> Any:
        shown = [self._order(each, query) for each in self.orders.values() if each["event"] == event]
        if code is not None:
            return next((each for each in shown if each["code"] == code), None)
        since = query.get("modified_since", "")
        return self._page([each for each in shown if each["last_modified"] >= since], query)

    def _order(self, order: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """Without being asked, pretix leaves canceled positions out."""
        if query.get("include_canceled_positions") == "true":
            return order
        return order | {"positions": [each for each in order["positions"] if not each.get("canceled")]}

    def _page(self, found: list[dict[str, Any]], query: dict[str, str]) -> Any:
        page = int(query.get("page", 1))
        shown, more = found[(page - 1) * self.page_size : page * self.page_size], page * self.page_size < len(found)
        if not shown and page > 1:
            return None
        following = f"https://behind.a.proxy/api/v1/orders/?page={page + 1}" if more else None
        return {"count": len(found), "next": following, "previous": None, "results": shown}

    def _continued(self, query: dict[str, str]) -> Any:
        found = [each for each in self.attendees.values() if each["changed"] >= query.get("changed_since", "")]
        start = int(query.get("continuation", 0))
        more = start + self.page_size < len(found)
        pages: dict[str, Any] = {"has_more_items": more} | (
            {"continuation": str(start + self.page_size)} if more else {}
        )
        return {"pagination": pages, "attendees": found[start : start + self.page_size]}


def send(handler: BaseHTTPRequestHandler, code: int, body: bytes, kind: str = "application/json", **more: str) -> None:
    handler.send_response(code)
    for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | more).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, **headers: str) -> Fault:
    return lambda handler: send(handler, code, b"{}", **headers)


def page_of_html(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"<html>Please sign in</html>", "text/html")


def page_at_the_gate(handler: BaseHTTPRequestHandler) -> None:
    """What stands before the system turns the request away."""
    send(handler, 403, b"<html>Are you human?</html>", "text/html")


def truncated(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b'{"count": 2, "results": [', **{"Content-Length": "4000"})


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.1)


@contextmanager
def opened() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.answer(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        shop.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield shop
        listening.shutdown()
        thread.join()
