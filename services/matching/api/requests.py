"""Requests: a mentee asks mentors, a mentor answers."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import is_coordinator, memory, store
from services.matching.api.programs import visible_program
from services.matching.api.suggestion_schema import RecommendationSchema, response_band, verified
from services.matching.commands.accept_request import accept_request
from services.matching.commands.ask_mentors import ask_mentors
from services.matching.commands.decline_request import decline_request
from services.matching.commands.discuss_request import answer_mentor, ask_mentee, view_request
from services.matching.commands.mentor_bands import mentor_bands
from services.matching.commands.next_best_mentors import MOST, next_best_mentors
from services.matching.commands.withdraw_request import withdraw_request
from services.matching.domain.asking import LONGEST_LIST
from services.matching.domain.member import Member
from services.matching.domain.request import Mode, Request
from services.matching.domain.visibility import verified_to_participants
from services.matching.domain.what_happened import what_happened
from services.matching.store import Store
from shared.contracts.fields import Choice, Code, Day, Flag, Id, Many, One, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import REQUEST_MODES, REQUEST_STATES
from shared.messaging.unit_of_work import Transaction
from shared.web import (
    Blueprint,
    Page,
    etag,
    member_id,
    principal,
    requested,
    require_match,
    roles,
    transaction,
    unit_of_work,
)

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
    goal = Text("The text of one of the caller's goals, which the mentors read; the first unless given.", 1000)


class ExchangeSchema(Record):
    question = Text("What the mentor wants to know.", LONGEST_TEXT, required=True)
    answer = Text("What the mentee says.", LONGEST_TEXT)


class StatedGoalSchema(Record):
    text = Text("What the mentee wants to reach.", 1000, required=True)
    measure = Text("How one will know it is reached.", 500)
    target_date = Day("By when.")


class RequestSchema(Record):
    id = Id("The request.", required=True)
    program_id = Id("Its program.", required=True)
    list_id = Id("The same for all requests of one list.")
    rank = Whole("Place in that list, from 1.", 1, 100)
    mode = Choice("How the list is asked.", REQUEST_MODES)
    mentee_id = Id("Who asks.", required=True)
    mentor_id = Id("Who is asked.", required=True)
    state = Choice("Where it stands.", REQUEST_STATES, required=True)
    sent_at = Timestamp("When the mentor was asked.")
    expires_at = Timestamp("When it expires without an answer.")
    reason = Code("Why it was declined or invalidated.")
    what_happened = Text("Why it is no longer open, in a sentence.", 300)
    response_band = response_band()
    mentorship_id = Id("What came of it.")
    mentor_verified = verified("mentor")
    mentee_verified = verified("mentee")
    goal = One("What the mentee wants help with, as it was stated then; for the two alone.", StatedGoalSchema)
    message = Text("What the mentee wrote; for the two alone.", LONGEST_TEXT)
    exchanges = Many("Questions and answers; for the two alone.", One("", ExchangeSchema), 100)


class OpenedRequestSchema(RequestSchema):
    next_best = Many(
        "Whom the mentee could ask next; for the mentee, once the request was declined, expired or was invalidated. "
        "Nobody while the recommendations of a large program are being prepared.",
        One("", RecommendationSchema),
        MOST,
    )


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
    make_unavailable = Flag("Whether the mentor takes nobody new from now on: pauses their enrollment, too.")


@blueprint.post("")
@roles("member")
@blueprint.arguments(AskSchema)
@blueprint.response(201, RequestListSchema)
def ask_for_mentoring(body: dict[str, Any]) -> dict[str, Any]:
    """Asks mentors.

    For a mentee who takes part in the program and has stated a goal, unless the program does without. A mentor is asked
    once at a time, and only so many may be open at once. A peer asks peers; 409 where one of them has asked already,
    and where the program's rule on organizations is against one of the mentors.
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
        goal=body.get("goal"),
    )
    return {"items": _with_bands(asked, current.session)}


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
    return Page(_with_bands(page.items), page.next)


@blueprint.get("/<id:request_id>")
@roles("member", "coordinator")
@blueprint.response(200, OpenedRequestSchema)
def read(request_id: str) -> dict[str, Any]:
    """Shows a request.

    To the two it is between; to a coordinator without what they wrote. Of one that is no longer open it says what
    happened, and the mentee whom to ask next.
    """
    found = store().requests.get(principal().tenant, request_id)
    if not is_coordinator():
        found.side_of(member_id())
    etag(found.version)
    [shown] = _with_bands([found])
    if principal().member_id == found.mentee_id:
        shown["next_best"] = next_best_mentors(store(), memory(), found, unit_of_work().clock.now())
    return shown


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
    current, by = transaction(), member_id()
    found, program = store().prospects.asked(current.session, current.tenant, request_id)
    _require_theirs(found, by)
    accepted = accept_request(current, store(), found, program, by)
    etag(accepted.request.version)
    return _with_badges([accepted.request], accepted.people)[0]


@blueprint.post("/<id:request_id>/decline")
@roles("member")
@blueprint.arguments(DeclineSchema)
@blueprint.response(200, RequestSchema)
def decline(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The mentor declines.

    With `make_unavailable` the mentor is shown to nobody from then on, until they resume their enrollment.
    """
    reason, pause = body.get("reason") or "other", body.get("make_unavailable") or False
    return _changed(request_id, partial(decline_request, reason=reason, make_unavailable=pause))


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
    _require_theirs(found, by)
    changed = command(current, store(), found, by)
    etag(changed.version)
    return _all_shown([changed], current.session)[0]


def _require_theirs(found: Request, by: str) -> None:
    """Before a change by one of the two. Raises NotFound for everybody else, PreconditionFailed as `require_match`."""
    found.side_of(by)
    require_match(found.version)


def _with_bands(found: Sequence[Request], session: ClientSession | None = None) -> list[dict[str, Any]]:
    """For whoever waits for an answer; who gives one knows how soon that was."""
    bands = mentor_bands(store(), found, session)
    shown = _all_shown(found, session)
    return [each | {"response_band": bands.get(request.id)} for request, each in zip(found, shown, strict=True)]


def _all_shown(found: Sequence[Request], session: ClientSession | None = None) -> list[dict[str, Any]]:
    ids = {each for one in found for each in (one.mentor_id, one.mentee_id)}
    return _with_badges(found, store().copies.among(principal().tenant, ids, session))


def _with_badges(found: Sequence[Request], people: Mapping[str, Member]) -> list[dict[str, Any]]:
    """With what the association vouches for of each of the two: whoever is asked may know who asks."""
    badges = {identifier: verified_to_participants(member) for identifier, member in people.items()}
    return [
        _shown(one)
        | {"mentor_verified": badges.get(one.mentor_id, ()), "mentee_verified": badges.get(one.mentee_id, ())}
        for one in found
    ]


def _shown(request: Request) -> dict[str, Any]:
    facts = (
        "id",
        "program_id",
        "list_id",
        "mode",
        "mentee_id",
        "mentor_id",
        "state",
        "sent_at",
        "expires_at",
        "reason",
    )
    shown = {name: getattr(request, name) for name in (*facts, "mentorship_id")} | {
        "rank": request.rank + 1,
        "what_happened": what_happened(request.state, request.reason),
    }
    if not request.is_between(principal().member_id):
        return shown
    return shown | {"goal": request.goal, "message": request.message, "exchanges": request.exchanges}
