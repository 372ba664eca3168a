"""Asking a ticket system: one GET of its API with the source's token, and what may come of it by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from services.events.domain.source import Source, SourceKind
from shared.clock import parse_rfc3339, rfc3339
from shared.outgoing.addresses import Forbidden
from shared.outgoing.get import Answer, Client, TooLarge, Unreachable

_LONGEST_WAIT = 3600.0
_USUAL_WAIT = 60.0
_MARGIN = timedelta(minutes=2)
"""What a clock that only says seconds, and a change that is dated when it is made and seen when it is committed, may
hide behind it."""


class NotThere(Exception):
    """404, 410, or 403 of the source's own API: it is not at the source, or not for this token.

    pretix answers 403 alike for an event that is gone and one that the token may not read.
    """


class Wait(Exception):
    """429: the source asks for patience; `seconds` says how much."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The source asked us to wait for {seconds:.0f} seconds.")
        self.seconds = seconds


class Failed(Exception):
    """No usable answer this time; the message says why in a sentence. `away`: nothing else of it would come, too."""

    def __init__(self, detail: str, *, away: bool = False) -> None:
        super().__init__(detail)
        self.away = away


@dataclass(frozen=True, slots=True)
class Found:
    """`content` is JSON; `as_of` is how current it is by the source's own clock."""

    content: Any
    as_of: str | None


def ask(client: Client, source: Source, token: str | None, path: str, now: datetime) -> Found:
    """What is at this path of the source's API. Raises NotThere, Wait, Failed."""
    url = f"{(source.base_url or '').rstrip('/')}{path}"
    try:
        answer = client.get(url, _headers(source, token))
    except (Unreachable, Forbidden) as error:
        raise Failed(str(error), away=True) from error
    except TooLarge as error:
        raise Failed(str(error)) from error
    _require_success(answer, now)
    try:
        return Found(orjson.loads(answer.body), _as_of(answer.headers))
    except orjson.JSONDecodeError as error:
        kind = re.sub("[^a-z/+.-]", "", answer.headers.get("content-type", "nothing").partition(";")[0])[:60]
        raise Failed(f"The source answered with {kind} that is no JSON: is base_url its own address?") from error


def _headers(source: Source, token: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "Ithaca"}
    if token is not None:
        scheme = "Token" if source.kind is SourceKind.PRETIX else "Bearer"
        headers["Authorization"] = f"{scheme} {token}"
    return headers


def _require_success(answer: Answer, now: datetime) -> None:
    status = answer.status
    if status in (404, 410) or (status == 403 and _is_json(answer)):
        raise NotThere
    if status == 429:
        raise Wait(_patience(answer.headers.get("retry-after", ""), now))
    if status in (401, 403):
        raise Failed(f"The source refuses the token ({status}): give it a valid one that may read orders.", away=True)
    if 300 <= status < 400:
        raise Failed(f"The source leads elsewhere ({status}), which is not followed: give its own address as base_url.")
    if status == 503 and "retry-after" in answer.headers:
        raise Wait(_patience(answer.headers["retry-after"], now))
    if status != 200:
        raise Failed(f"The source answered with status {status}.")


def _is_json(answer: Answer) -> bool:
    """Whether the API itself speaks, and not what stands before it, which may have another opinion in a minute."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _patience(header: str, now: datetime) -> float:
    """Seconds, from a number or an HTTP date; never for longer than an hour, nor for no time at all."""
    if header.isascii() and header.isdecimal():
        return min(max(float(header[:9]), 1.0), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return _USUAL_WAIT
    until = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 1.0), _LONGEST_WAIT)


def _as_of(headers: Mapping[str, str]) -> str | None:
    """When pretix says that it read, of others the answer's date, less what either may hide."""
    generated = headers.get("x-page-generated")
    try:
        moment = parse_rfc3339(generated) if generated else parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return None if moment.tzinfo is None else rfc3339(moment - _MARGIN)
