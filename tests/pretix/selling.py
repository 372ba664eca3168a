"""Orders of one pretix event, each a new one under a new code, and what can happen to them there."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.pretix.office import EVENT, ORGANIZER, Office


def unique_address(name: str) -> str:
    """An address that no run before has used."""
    return f"{name}.{uuid.uuid4().hex[:10]}@example.org"


def attendee(name: str, address: str | None = None, **more: Any) -> dict[str, Any]:
    """A position for that given name."""
    return {
        "attendee_name_parts": {"_scheme": "given_family", "given_name": name, "family_name": "Okafor"},
        "attendee_email": address or unique_address(name.lower()),
        **more,
    }


@dataclass(frozen=True, slots=True)
class Order:
    """An order in pretix, by its code."""

    office: Office
    code: str

    @classmethod
    def placed(cls, office: Office, *attendees: Mapping[str, Any], **fields: Any) -> "Order":
        """Pending, unless the fields of pretix's API say otherwise; pretix sends no mail about it."""
        body = {
            "email": unique_address("buyer"),
            "locale": "en",
            "sales_channel": "web",
            "payment_provider": "manual",
            "status": "n",
            "positions": [{"item": office.item, **each} for each in attendees],
            **fields,
        }
        return cls(office, office.at_event("POST", "orders/", body)["code"])

    @classmethod
    def paid(cls, office: Office, *attendees: Mapping[str, Any], **fields: Any) -> "Order":
        return cls.placed(office, *attendees, status="p", **fields)

    def ticket(self, number: int = 1) -> str:
        """The id of a position's registration."""
        return f"{self.code}-{number}"

    def position(self, number: int = 1) -> dict[str, Any]:
        """As pretix's API has it."""
        order = self.office.at_event("GET", f"orders/{self.code}/?include_canceled_positions=true")
        [found] = [each for each in order["positions"] if each["positionid"] == number]
        return dict(found)

    def mark(self, state: str) -> None:
        """`paid`, `canceled`, `expired` or `pending`."""
        self.office.at_event("POST", f"orders/{self.code}/mark_{state}/", {"send_email": False})

    def do(self, action: str, body: Mapping[str, Any] | None = None) -> None:
        """An action of pretix's API that has no word of its own here."""
        self.office.at_event("POST", f"orders/{self.code}/{action}/", {"send_email": False, **(body or {})})

    def delete(self) -> None:
        """pretix deletes orders in test mode only."""
        self.office.at_event("DELETE", f"orders/{self.code}/")

    def change(self, number: int = 1, **fields: Any) -> None:
        self.office.at_event("PATCH", f"orderpositions/{self.position(number)['id']}/", fields)

    def cancel_position(self, number: int) -> None:
        self.office.at_event("DELETE", f"orderpositions/{self.position(number)['id']}/")

    def split(self, number: int) -> "Order":
        """The new order that the position moved to."""
        before = self._codes()
        self.do("change", {"split_positions": [{"position": self.position(number)["id"]}]})
        [code] = self._codes() - before
        return Order(self.office, code)

    def _codes(self) -> set[str]:
        newest = self.office.at_event("GET", "orders/?ordering=-datetime")["results"]
        return {each["code"] for each in newest}

    def scan(self, number: int = 1, kind: str = "entry") -> str:
        """Scans the ticket at the door, in or out (`exit`); the scan's nonce, by which it can be annulled."""
        nonce = uuid.uuid4().hex
        body = {
            "secret": self.position(number)["secret"],
            "lists": [self.office.check_in_list],
            "type": kind,
            "nonce": nonce,
        }
        answer = self.office.at_organizer("POST", "checkinrpc/redeem/", body)
        assert answer["status"] == "ok", answer
        return nonce

    def annul(self, nonce: str) -> None:
        """Takes a scan back as the scanning app does when its gate did not open."""
        body = {"lists": [self.office.check_in_list], "nonce": nonce}
        self.office.at_organizer("POST", "checkinrpc/annul/", body)

    def revert_check_in(self, number: int = 1) -> None:
        """As an organizer does on the page of the check-in list; pretix's API has no such action."""
        path = f"/control/event/{ORGANIZER}/{EVENT}/checkinlists/{self.office.check_in_list}/"
        position = str(self.position(number)["id"])
        self.office.submit(f"{path}bulk_action", checkin=position, revert="true")
