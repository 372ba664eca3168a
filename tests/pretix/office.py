"""An organizer at their pretix, over HTTP alone: its forms where it has no API, else its API in the same session."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import requests

ORGANIZER = "assoc"
EVENT = "summit"
_FIRST_USER = {"email": "admin@localhost", "password": "admin"}
"""Every new pretix has this one."""

_READER = "Ithaca"
_PERMISSIONS = ["event.orders:read"]
_QUESTIONS: Sequence[tuple[str, str, str, Sequence[str]]] = (
    ("MENTOR", "C", "Would you like to take part in mentoring?", ("As a mentor", "As a mentee", "No")),
    ("GOALS", "T", "What are you working toward?", ()),
)
_HEARD = (
    "pretix.event.order.placed",
    "pretix.event.order.placed.require_approval",
    "pretix.event.order.paid",
    "pretix.event.order.canceled",
    "pretix.event.order.reactivated",
    "pretix.event.order.expired",
    "pretix.event.order.modified",
    "pretix.event.order.contact.changed",
    "pretix.event.order.changed.*",
    "pretix.event.order.approved",
    "pretix.event.order.denied",
    "pretix.event.order.deleted",
    "pretix.event.checkin",
    "pretix.event.checkin.reverted",
)


class Office:
    """Signed in as pretix's first user, with an organizer, an event that sells, and a check-in list.

    What an earlier run made is found again.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.get(f"{url}/control/login", timeout=60)
        self.submit("/control/login", **_FIRST_USER)
        if not self.found("organizers/", slug=ORGANIZER):
            self.submit("/control/sudo/")
            self.submit("/control/organizers/add", name="Association", slug=ORGANIZER)
        if not self.found(f"organizers/{ORGANIZER}/events/", slug=EVENT):
            self._open_event()
        self.item = self._named("items", "Ticket")
        self.check_in_list = self._named("checkinlists", "Door")
        self.questions = {each["identifier"]: each for each in self.at_event("GET", "questions/")["results"]}

    def close(self) -> None:
        self._session.close()

    def _open_event(self) -> None:
        event = {
            "name": {"en": "Annual Summit"},
            "slug": EVENT,
            "currency": "EUR",
            "date_from": "2031-05-04T09:00:00Z",
            "timezone": "UTC",
            "plugins": [],
        }
        self.at_organizer("POST", "events/", event)
        item = {"name": {"en": "Ticket"}, "default_price": "23.00", "admission": True, "personalized": True}
        made = self.at_event("POST", "items/", item)
        self.at_event("POST", "quotas/", {"name": "Seats", "size": None, "items": [made["id"]], "variations": []})
        for position, (identifier, kind, text, options) in enumerate(_QUESTIONS):
            question = {
                "question": {"en": text},
                "type": kind,
                "required": False,
                "items": [made["id"]],
                "identifier": identifier,
                "position": position,
                "options": [
                    {"answer": {"en": option}, "position": place, "identifier": f"{identifier}{place}"}
                    for place, option in enumerate(options)
                ],
            }
            self.at_event("POST", "questions/", question)
        self.at_event("POST", "checkinlists/", {"name": "Door", "all_products": True, "limit_products": []})

    def _named(self, resource: str, name: str) -> int:
        found = self.at_event("GET", f"{resource}/")["results"]
        [identifier] = [each["id"] for each in found if each["name"] in (name, {"en": name})]
        return int(identifier)

    def reader_token(self) -> str:
        """A new token of a team that may read orders and nothing else; those of earlier runs are revoked."""
        team = next(iter(self.found(f"organizers/{ORGANIZER}/teams/", name=_READER)), None)
        if team is None:
            asked = {"name": _READER, "all_events": True, "limit_events": [], "limit_event_permissions": _PERMISSIONS}
            team = self.at_organizer("POST", "teams/", asked)
        tokens = f"teams/{team['id']}/tokens/"
        for each in self.at_organizer("GET", tokens)["results"]:
            if each["active"]:
                self.at_organizer("DELETE", f"{tokens}{each['id']}/")
        token: str = self.at_organizer("POST", tokens, {"name": "Ithaca"})["token"]
        return token

    def tell(self, target: str) -> None:
        """Webhooks of the event go to that address, the only one."""
        hook = {
            "enabled": True,
            "target_url": target,
            "all_events": False,
            "limit_events": [EVENT],
            "action_types": _HEARD,
        }
        known = self.at_organizer("GET", "webhooks/")["results"]
        if known:
            self.at_organizer("PATCH", f"webhooks/{known[0]['id']}/", hook)
        else:
            self.at_organizer("POST", "webhooks/", hook)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Webhooks are switched off: pretix tells nobody of what changes meanwhile, not later either."""
        [hook] = self.at_organizer("GET", "webhooks/")["results"]
        self.at_organizer("PATCH", f"webhooks/{hook['id']}/", {"enabled": False})
        yield
        self.at_organizer("PATCH", f"webhooks/{hook['id']}/", {"enabled": True})

    def found(self, path: str, **wanted: str) -> list[dict[str, Any]]:
        """Those of a list of the API that have these values."""
        listed = self.ask("GET", path)["results"]
        return [each for each in listed if all(each[name] == value for name, value in wanted.items())]

    def everything(self, path: str) -> list[dict[str, Any]]:
        """All of a list of the event's, page by page."""
        found: list[dict[str, Any]] = []
        page = self.at_event("GET", path)
        for number in count(2):
            found += page["results"]
            if page["next"] is None:
                break
            page = self.at_event("GET", f"{path}?page={number}")
        return found

    def at_organizer(self, method: str, path: str, body: Any = None) -> Any:
        return self.ask(method, f"organizers/{ORGANIZER}/{path}", body)

    def at_event(self, method: str, path: str, body: Any = None) -> Any:
        return self.at_organizer(method, f"events/{EVENT}/{path}", body)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the API; None where the answer has no content."""
        headers = {"X-CSRFToken": self._csrf_token(), "Referer": self.url}
        url = f"{self.url}/api/v1/{path}"
        answer = self._session.request(method, url, json=body, headers=headers, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def submit(self, path: str, **fields: str) -> None:
        """Sends a form of pretix's pages; fails where pretix shows the form again instead of going on."""
        url = f"{self.url}{path}"
        sent = {**fields, "csrfmiddlewaretoken": self._csrf_token()}
        answer = self._session.post(url, data=sent, headers={"Referer": url}, allow_redirects=False, timeout=60)
        assert answer.status_code == 302, f"{path}: {answer.status_code}"

    def _csrf_token(self) -> str:
        return str(self._session.cookies["pretix_csrftoken"])
