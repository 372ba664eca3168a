"""What lies in the local mailbox since the demo began."""

from collections.abc import Sequence
from urllib.parse import quote

from cli.demo.http import Json, ask


class Mails:
    """The mails that were not yet there when this was made: other runs wrote to the same addresses."""

    def __init__(self, mailbox: str) -> None:
        self._mailbox = mailbox
        self._old = {mail["id"] for mail in self._all("")}

    def to(self, address: str) -> Sequence[Json]:
        """The new mails to that address, oldest first."""
        found = self._all(f"?to={quote(address)}")
        return [mail for mail in reversed(found) if mail["id"] not in self._old]

    def _all(self, query: str) -> list[Json]:
        answer = ask("GET", f"{self._mailbox}/api/mails{query}")
        items: list[Json] = answer["items"]
        return items
