"""Pages that say one thing and do nothing, in the language that the browser asks for."""

from collections.abc import Mapping

from flask import Request, Response

from shared.web.act_pages.languages import asked_for
from shared.web.act_pages.writing import Shown, Writer

_WHY: Mapping[int, str] = {404: "unknown", 405: "unknown", 409: "busy", 429: "too_many", 503: "away"}


class PlainPages:
    """One for a process; safe to share between threads. What they say are blocks of the texts of all pages."""

    def __init__(self) -> None:
        self._writer = Writer()

    def saying(self, request: Request, what: str, status: int) -> Response:
        """To whoever asks."""
        return self.said(asked_for(request), what, status)

    def said(self, language: str, what: str, status: int) -> Response:
        """In this language."""
        frame = self._writer.texts(language, "frame")
        shown = Shown(title=frame.block(f"{what}_title"), paragraphs=frame.paragraphs(what))
        return self._writer.answer(language, shown, status, frame)

    def of_error(self, request: Request, status: int, headers: Mapping[str, str]) -> Response:
        """An error in words that a person reads who came from a mail."""
        answer = self.saying(request, _WHY.get(status, "fault"), status)
        answer.headers.extend(headers)
        return answer
