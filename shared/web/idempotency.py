"""`Idempotency-Key`: a POST that is sent again gets the first answer instead of a second effect.

The answer is written under its key in the transaction of the effect, behind it, so that the two cannot part. Of many
requests with one key, at once or one after the other, one commits; any other does its work in vain: it meets the row,
or what the first has changed, is undone, and is answered by the row. An answer to a refused request (4xx) is written by
itself after the abort, and where the key has been answered meanwhile every refusal gives way to that.

Claiming the key before the work would tell the others sooner, by one more statement for everybody. Nearly all requests
are sent once.

What was answered may be a secret that is shown once: it is kept encrypted under the caller's own key, so that only who
sends that again can have it read.

Uploads commit many transactions, so theirs is a row that is held first and answered after (see
`manages_own_transactions`).
"""

import hashlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, current_app, request
from pymongo.errors import DuplicateKeyError, OperationFailure
from werkzeug.exceptions import HTTPException

from shared.errors import Conflict, IthacaError, Malformed, Unavailable
from shared.messaging.erasing import Step
from shared.messaging.erasures import Erased
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.identifier_hashes import SUBJECT
from shared.storage.migrations import Index
from shared.web.auth import Principal
from shared.web.bodies import whole_body
from shared.web.hashing import HashingStream
from shared.web.hold import Hold
from shared.web.transactions import in_transaction, unit_of_work

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
COLLECTION = "idempotency"
INDEXES = (Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),)
"""Every service with a web role declares them."""

KEPT = timedelta(hours=24)
_WAIT_SECONDS = 30.0
_WRITE_CONFLICT = 112
_HEADERS = ("Content-Type", "Location", "ETag")
_NOT_KEPT = frozenset({401, 403, 429})


class _Taken(Exception):
    """Another request with the key has answered, or will."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One key of one caller at one address."""

    id: str
    tenant: str
    subject: str
    member_id: str | None
    path: str
    fingerprint: Callable[[], bytes] = field(compare=False)
    """Of the request; called when the body has been read."""
    secret: bytes = field(compare=False, repr=False)
    """What the kept answer is encrypted under: made of the caller's key, and written nowhere."""

    def row(self, now: datetime) -> Document:
        return {
            "_id": self.id,
            "tenant": self.tenant,
            "subject": self.subject,
            "member_id": self.member_id,
            "path": self.path,
            "expire_at": now + KEPT,
        }


def claim_of_request(caller: Principal, *, streamed: bool) -> Claim | None:
    """The claim that the request in hand makes, None without the header. Raises Malformed for a key of other form."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= 255 or not all("!" <= character <= "~" for character in key):
        raise Malformed(f"{HEADER} must be 1 to 255 visible ASCII characters.")
    parts = (caller.tenant, caller.subject, request.method, request.path, key)
    named = "\0".join(parts).encode("utf-8", "replace")
    identity = hashlib.sha256(named).hexdigest()
    secret = hashlib.sha256(b"answer\0" + named).digest()
    fingerprint = _fingerprint_of_stream() if streamed else _fingerprint_of_body
    return Claim(identity, caller.tenant, caller.subject, caller.member_id, request.path, fingerprint, secret)


def once(claim: Claim, answer: Callable[[], Response], failed: Callable[[Exception], Response]) -> Response:
    """Answers by `answer`, in one transaction with the row of the key, or by what was answered first.

    `answer` may run though the key has been answered: then nothing of it stays. `failed` turns what the work raises
    into its answer. Raises Conflict where the key came with another request, Unavailable where the first one does not
    end.
    """
    rows = unit_of_work().database[COLLECTION]
    fingerprint = claim.fingerprint()

    runs = count()

    def work() -> Response:
        # Run again, it has met another writer, who may be another request with the key.
        if next(runs) > 0 and _find(claim) is not None:
            raise _Taken
        return answer()

    def keep(current: Transaction, response: Response) -> None:
        row = claim.row(current.now) | {"fingerprint": fingerprint} | _answer_fields(claim, response)
        try:
            rows.insert_one(row, session=current.session)
        except DuplicateKeyError:
            raise _Taken from None
        except OperationFailure as error:
            if error.code == _WRITE_CONFLICT:
                raise _Taken from None
            raise

    def attempt() -> Response:
        response = _answer_or_problem(lambda: in_transaction(claim.tenant, work, last=keep), failed)
        if response.status_code < 400:
            return response
        return _keep(claim, response) if _is_kept(response) else _first_answer(claim, response)

    return _until_answered(claim, attempt)


def forgetting_answers(issuer: str) -> Step:
    """A step of an erasure: what was answered to the person goes, and what was answered at, or leads to, their address.

    Answers to others that only speak of the person are sealed under the callers' keys, and gone within a day.
    `issuer` is that of the callers' tokens.
    """

    def forget(transaction: Transaction, person: Erased) -> Counter[str]:
        rows = transaction.database[COLLECTION]
        fields = {"subject": 1, "member_id": 1, "path": 1, "headers": 1, "expire_at": 1}
        kept = rows.find({"tenant": person.tenant}, fields)
        theirs = [row["_id"] for row in kept if _is_about(row, person, issuer)]
        if not theirs:
            return Counter()
        gone = rows.delete_many({"_id": {"$in": theirs}}, session=transaction.session).deleted_count
        return Counter({"answers": gone}) if gone else Counter()

    return forget


def _is_about(row: Document, person: Erased, issuer: str) -> bool:
    places = [row["path"], *(content for name, content in row.get("headers", ()) if name == "Location")]
    if row["member_id"] in person.ids or any(each in place for each in person.ids for place in places):
        return True
    since = person.requested_at
    if since is None or row["expire_at"] > since + KEPT:
        return False  # the subject may be that of one who has come back
    return person.is_known_by(SUBJECT, f"{issuer}\n{row['subject']}")


def once_streamed(claim: Claim, answer: Callable[[], Response], failed: Callable[[Exception], Response]) -> Response:
    """As `once`, for a view that manages its own transactions: the key is held before and answered after."""
    database, clock = unit_of_work().database, unit_of_work().clock

    def attempt() -> Response:
        hold = Hold(database[COLLECTION], claim.row(clock.now()), clock)
        if not hold.take():
            raise _Taken
        answered: Document | None = None
        try:
            with hold.renewed():
                response = _answer_or_problem(answer, failed)
                if _is_kept(response):
                    answered = _answer_of_whole(claim, response)
        finally:
            if answered is None:
                hold.give_up()
            else:
                hold.answer(answered)
        return response

    return _until_answered(claim, attempt)


def _answer_of_whole(claim: Claim, response: Response) -> Document | None:
    """What is kept; None for an error that is answered before the whole body could be read."""
    try:
        # This reads the rest of the body, which may turn out too long or break off.
        return {"fingerprint": claim.fingerprint()} | _answer_fields(claim, response)
    except (HTTPException, IthacaError):
        if response.status_code < 400:
            raise
        return None


def _answer_or_problem(answer: Callable[[], Response], failed: Callable[[Exception], Response]) -> Response:
    try:
        return answer()
    except _Taken:
        raise
    except Exception as error:  # everything has an answer, which decides whether it is kept
        return failed(error)


def _until_answered(claim: Claim, attempt: Callable[[], Response]) -> Response:
    deadline = time.monotonic() + _WAIT_SECONDS
    pause = 0.005
    while True:
        try:
            return attempt()
        except _Taken:
            if (stored := _find(claim)) is not None:
                return _replay(claim, stored)
        if time.monotonic() > deadline:
            raise Unavailable("The first request with this key is still being answered: try again.")
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, not a secret  # nosec B311
        pause = min(pause * 2, 0.1)


def _find(claim: Claim) -> Document | None:
    return unit_of_work().database[COLLECTION].find_one({"_id": claim.id, "status": {"$exists": True}})


def _keep(claim: Claim, response: Response) -> Response:
    rows, now = unit_of_work().database[COLLECTION], unit_of_work().clock.now()
    try:
        rows.insert_one(claim.row(now) | {"fingerprint": claim.fingerprint()} | _answer_fields(claim, response))
    except DuplicateKeyError:
        return _first_answer(claim, response)
    return response


def _first_answer(claim: Claim, response: Response) -> Response:
    """What the key was answered by before this answer, if it was."""
    stored = _find(claim)
    return response if stored is None else _replay(claim, stored)


def _replay(claim: Claim, stored: Document) -> Response:
    if stored["fingerprint"] != claim.fingerprint():
        raise Conflict(f"This {HEADER} came before with another request.")
    response = current_app.response_class(_body(claim, stored), stored["status"])
    response.headers.pop("Content-Type", None)
    for name, value in stored["headers"]:
        response.headers[name] = value
    response.headers[REPLAYED] = "true"
    return response


def _answer_fields(claim: Claim, response: Response) -> Document:
    headers = [[name, response.headers[name]] for name in _HEADERS if name in response.headers]
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(claim.secret).encrypt(nonce, response.get_data(), claim.id.encode())
    return {"status": response.status_code, "headers": headers, "sealed": sealed}


def _body(claim: Claim, stored: Document) -> bytes:
    if "sealed" not in stored:  # as 0.1.0 kept it
        return bytes(stored["body"])
    return AESGCM(claim.secret).decrypt(stored["sealed"][:12], stored["sealed"][12:], claim.id.encode())


def _is_kept(response: Response) -> bool:
    return response.status_code < 500 and response.status_code not in _NOT_KEPT


def _fingerprint_of_body() -> bytes:
    return hashlib.sha256(_request_line() + whole_body(request)).digest()


def _fingerprint_of_stream() -> Callable[[], bytes]:
    stream = HashingStream(request.stream, hashlib.sha256(_request_line()))
    request.stream = stream  # type: ignore[assignment]  # werkzeug's property keeps what it is given
    return stream.digest


def _request_line() -> bytes:
    return b"\0".join((request.method.encode(), request.path.encode("utf-8", "replace"), request.query_string, b""))
