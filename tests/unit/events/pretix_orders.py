"""The orders that a running pretix answered with, by code."""

import json
from pathlib import Path
from typing import Any

ORDERS = Path(__file__).parents[3] / "cli" / "demo" / "data" / "orders.json"
"""The one copy: the demo publishes the same orders."""


def all_orders() -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = json.loads(ORDERS.read_text())["results"]
    return orders


def order(code: str) -> dict[str, Any]:
    (found,) = [each for each in all_orders() if each["code"] == code]
    return found
