"""A person with a browser at a page that a mail leads to: what stands there, and what the form sends."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.contracts.acts import Act
from shared.web.act_pages import Grant, Grants

KEY = "a-secret-of-the-tests-and-nobody-else"
GRANTS = Grants([KEY])


def address(
    act: Act,
    tenant: str,
    member_id: str,
    subject_id: str,
    now: datetime,
    *,
    locale: str = "en",
    grants: Grants = GRANTS,
    at: str | None = None,
) -> str:
    """As it stands in a mail; `at` is the act that the path names, where it is not the grant's."""
    grant = Grant(act, tenant, member_id, subject_id, locale, now + timedelta(days=14))
    return f"/pages/{at or act.value}/{grants.signed(grant)}"


@dataclass(slots=True)
class Page:
    """What was answered. `lang` and `direction` are the document's."""

    status: int
    html: str
    headers: dict[str, str]
    lang: str = ""
    direction: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    has_form: bool = False
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._page.lang, self._page.direction = given["lang"], given["dir"]
        elif tag == "form":
            assert given["method"] == "post"
            assert "action" not in given
            self._page.has_form = True
        elif tag == "input" and given.get("type") == "hidden":
            self._page.hidden[given["name"]] = given["value"]
        elif tag in ("input", "textarea") and given["name"] not in self._page.fields:
            self._page.fields.append(given["name"])
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self._page.text += data


def read(answer: TestResponse) -> Page:
    page = Page(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))
    _Reader(page).feed(page.html)
    page.text = " ".join(page.text.split())
    return page


def visit(client: FlaskClient, path: str, method: str = "GET", **options: Any) -> Page:
    return read(client.open(path, method=method, **options))


def press(client: FlaskClient, path: str, **entry: str) -> Page:
    """Opens the page and sends its form with this filled in."""
    page = visit(client, path)
    return read(client.post(path, data={**page.hidden, **entry}))
