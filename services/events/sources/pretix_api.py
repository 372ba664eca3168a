"""Where pretix's REST API has its orders."""

from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit


def order_path(organizer: str, event: str, code: str) -> str:
    """One order, with its canceled positions: without them one would be missing here instead of cancelled."""
    return f"{_orders(organizer, event)}{quote(code, safe='')}/?include_canceled_positions=true"


def orders_path(organizer: str, event: str, cursor: str | None, page: int | None) -> str:
    """A page of what changed since the cursor; in the order of their making, so that no change moves one."""
    asked: dict[str, Any] = {"include_canceled_positions": "true", "ordering": "datetime"}
    if cursor is not None:
        asked["modified_since"] = cursor
    if page is not None:
        asked["page"] = page
    return f"{_orders(organizer, event)}?{urlencode(asked)}"


def next_page(content: dict[str, Any]) -> int | None:
    """The number of the next page. Only the number is taken: its address may be what a proxy made of it.

    Raises ValueError where it has none.
    """
    if content["next"] is None:
        return None
    [number] = parse_qs(urlsplit(content["next"]).query).get("page", [""])
    return int(number)


def _orders(organizer: str, event: str) -> str:
    return f"/api/v1/organizers/{quote(organizer, safe='')}/events/{quote(event, safe='')}/orders/"
