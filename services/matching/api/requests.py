"""Requests: a mentee asks mentors, a mentor answers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import is_coordinator, store
from services.matching.api.programs import visible_program
from services.matching.api.suggestion_schema import verified
from services.matching.commands.accept_request import accept_request
from services.matching.commands.ask_mentors import ask_mentors
from services.matching.commands.decline_request import decline_request
from services.matching.commands.discuss_request import answer_mentor, ask_mentee, view_request
from services.matching.commands.withdraw_request import withdraw_request
from services.matching.domain.asking import LONGEST_LIST
from services.matching.domain.request import Mode, Request
from services.matching.domain.visibility import verified_to_participants
from services.matching.store import Store
from shared.contracts.fields import Choice, Code, Id, Many, One, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import REQUEST_MODES, REQUEST_STATES
from shared.messaging.unit_of_work import Transaction
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("requests", __name__, url_prefix="/v1/requests", description="Who asks whom for mentoring.")

LONGEST_TEXT = 4000
DECLINE_REASONS = ("no_time", "not_a_fit", "other")


class AskSchema(Record):
    program_id = Id("The program both take part in.", required=True)
    mentor_ids = Many(
        "Whom to ask, the most wanted first; 5, unless the association has another number.",
        Id("", required=True),
        LONGEST_LIST,
        required=True,
    )
    message = Text("What the mentors read.", LONGEST_TEXT, shortest=1, required=True)
    mode = Choice("All at once, or the next only when one declined or let it expire.", REQUEST_MODES)


class ExchangeSchema(Record):
    question = Text("What the mentor wants to know.", LONGEST_TEXT, required=True)
    answer = Text("What the mentee says.", LONGEST_TEXT)


class RequestSchema(Record):
    id = Id("The request.", required=True)
    program_id = Id("Its program.", required=True)
    list_id = Id("The same for all requests of one list.")
    rank = Whole("Place in that list, from 1.", 1, 100)
    mode = Choice("How the list is asked.", REQUEST_MODES)
    mentee_id = Id("Who asks.", required=True)
    mentor_id = Id("Who is asked.", required=True)
    state = Choice("Where it stands.", REQUEST_STATES, required=True)
    expires_at = Timestamp("When it expires without an answer.")
    reason = Code("Why it was declined or invalidated.")
    mentorship_id = Id("What came of it.")
    mentor_verified = verified("mentor")
    mentee_verified = verified("mentee")
    message = Text("What the mentee wrote; for the two alone.", LONGEST_TEXT)
    exchanges = Many("Questions and answers; for the two alone.", One("", ExchangeSchema), 100)


class RequestListSchema(Record):
    items = Many("One for each mentor, in the order given.", One("", RequestSchema), LONGEST_LIST, required=True)


class SearchSchema(Record):
    program_id = Id("Of this program.")
    mentor_id = Id("To this mentor.")
    mentee_id = Id("Of this mentee.")
    state = Choice("In this state.", REQUEST_STATES)


class QuestionSchema(Record):
    question = Text("What the mentor wants to know.", LONGEST_TEXT, shortest=1, required=True)


class AnswerSchema(Record):
    answer = Text("What the mentee says.", LONGEST_TEXT, shortest=1, required=True)


class DeclineSchema(Record):
    reason = Choice("Why; `other` where it is not said.", DECLINE_REASONS)


@blueprint.post("")
@roles("member")
@blueprint.arguments(AskSchema)
@blueprint.response(201, RequestListSchema)
def ask_for_mentoring(body: dict[str, Any]) -> dict[str, Any]:
    """Asks mentors.

    For a mentee who takes part in the program. A mentor is asked once at a time, and only so many may be open at once.
    """
    current = transaction()
    asked = ask_mentors(
        current,
        store(),
        visible_program(body["program_id"], current.session),
        mentee_id=member_id(),
        mentor_ids=body["mentor_ids"],
        message=body["message"],
        mode=Mode(body.get("mode") or Mode.PARALLEL),
    )
    return {"items": _all_shown(asked, current.session)}


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(RequestSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists requests.

    A member's own, asked or received; to a coordinator all of them, without what the two wrote.
    """
    wanted = requested()
    where: dict[str, Any] = {"$and": [search, {} if is_coordinator() else store().requests.shown_to(member_id())]}
    found = store().requests.page(principal().tenant, where, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda request: request.id)
    return Page(_all_shown(page.items), page.next)


@blueprint.get("/<id:request_id>")
@roles("member", "coordinator")
@blueprint.response(200, RequestSchema)
def read(request_id: str) -> dict[str, Any]:
    """Shows a request.

    To the two it is between; to a coordinator without what they wrote.
    """
    found = store().requests.get(principal().tenant, request_id)
    if not is_coordinator():
        found.side_of(member_id())
    etag(found.version)
    return _all_shown([found])[0]


@blueprint.post("/<id:request_id>/view")
@roles("member")
@blueprint.response(200, RequestSchema)
def view(request_id: str) -> dict[str, Any]:
    """Notes that the mentor has looked at it."""
    return _changed(request_id, view_request)


@blueprint.post("/<id:request_id>/ask")
@roles("member")
@blueprint.arguments(QuestionSchema)
@blueprint.response(200, RequestSchema)
def ask(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The mentor asks the mentee for more."""
    return _changed(request_id, partial(ask_mentee, question=body["question"]))


@blueprint.post("/<id:request_id>/answer")
@roles("member")
@blueprint.arguments(AnswerSchema)
@blueprint.response(200, RequestSchema)
def answer(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The mentee answers the mentor's question."""
    return _changed(request_id, partial(answer_mentor, answer=body["answer"]))


@blueprint.post("/<id:request_id>/accept")
@roles("member")
@blueprint.response(200, RequestSchema)
def accept(request_id: str) -> dict[str, Any]:
    """The mentor accepts: the mentorship begins.

    409 where the mentor's last seat went to somebody else, or the mentee has found a mentor.
    """
    return _changed(request_id, accept_request)


@blueprint.post("/<id:request_id>/decline")
@roles("member")
@blueprint.arguments(DeclineSchema)
@blueprint.response(200, RequestSchema)
def decline(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The mentor declines."""
    return _changed(request_id, partial(decline_request, reason=body.get("reason") or "other"))


@blueprint.post("/<id:request_id>/withdraw")
@roles("member")
@blueprint.response(200, RequestSchema)
def withdraw(request_id: str) -> dict[str, Any]:
    """The mentee takes it back.

    With the one in hand of a list that is asked one after the other, what is queued behind it goes too.
    """
    return _changed(request_id, withdraw_request)


def _changed(request_id: str, command: Callable[[Transaction, Store, Request, str], Request]) -> dict[str, Any]:
    current, by = transaction(), member_id()
    found = store().requests.get(current.tenant, request_id, current.session)
    found.side_of(by)
    require_match(found.version)
    changed = command(current, store(), found, by)
    etag(changed.version)
    return _all_shown([changed], current.session)[0]


def _all_shown(found: Sequence[Request], session: ClientSession | None = None) -> list[dict[str, Any]]:
    """With what the association vouches for of each of the two: whoever is asked may know who asks."""
    people = store().copies.among(
        principal().tenant, {each for one in found for each in (one.mentor_id, one.mentee_id)}, session
    )
    badges = {identifier: verified_to_participants(member) for identifier, member in people.items()}
    return [
        _shown(one)
        | {"mentor_verified": badges.get(one.mentor_id, ()), "mentee_verified": badges.get(one.mentee_id, ())}
        for one in found
    ]


def _shown(request: Request) -> dict[str, Any]:
    facts = ("id", "program_id", "list_id", "mode", "mentee_id", "mentor_id", "state", "expires_at", "reason")
    shown = {name: getattr(request, name) for name in (*facts, "mentorship_id")} | {"rank": request.rank + 1}
    if not request.is_between(principal().member_id):
        return shown
    return shown | {"message": request.message, "exchanges": request.exchanges}
