"""One GET, to a checked address, of bounded size and time, following nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from urllib3.response import BaseHTTPResponse

from shared.outgoing.addresses import Reach, Resolve, system_resolve
from shared.outgoing.connecting import (
    FAULTS,
    Answer,
    Unreachable,
    close,
    connection_to,
    cut_off,
    header_texts,
    no_answer,
    request,
)

__all__ = ["DEADLINE", "LARGEST", "Answer", "Client", "TooLarge", "Unreachable"]

LARGEST = 8 << 20
"""Bytes of an answer's body."""

DEADLINE = 20.0
"""Seconds for all of it."""

_PIECE = 1 << 16


class TooLarge(Exception):
    """The body is larger than we take. The same again would be, too."""


@dataclass(frozen=True, slots=True)
class Client:
    """Asks within `reach`. Plain http goes to the networks that `reach` names and nowhere else."""

    reach: Reach = field(default_factory=Reach)
    resolve: Resolve = system_resolve
    deadline: float = DEADLINE
    largest: int = LARGEST

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever its status; a redirect is one, too.

        Raises Forbidden where the address may not be spoken to, Unreachable, TooLarge.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection = connection_to(parts, self.reach, self.resolve, self.deadline)
        try:
            with cut_off(connection, self.deadline) as late:
                try:
                    response = request(connection, "GET", parts, headers)
                    body = self._body(response)
                except FAULTS as error:
                    raise no_answer(host, error, late.is_set(), self.deadline) from error
                if late.is_set():  # where no length was announced, what was cut off looks like an end
                    raise no_answer(host, None, True, self.deadline)
                return Answer(response.status, header_texts(response), body)
        finally:
            close(connection)

    def _body(self, response: BaseHTTPResponse) -> bytes:
        pieces, size = [], 0
        while piece := response.read(_PIECE):
            size += len(piece)
            if size > self.largest:
                raise TooLarge(f"The answer has more than {self.largest} bytes.")
            pieces.append(piece)
        return b"".join(pieces)
