"""Whoever is asked accepts or declines a request."""

from collections.abc import Iterator, Sequence

from services.matching.api.act_pages.names import shown_name, zone_of
from services.matching.api.act_pages.refusals import refusal
from services.matching.api.requests import DECLINE_REASONS
from services.matching.commands.accept_request import accept_request
from services.matching.commands.decline_request import decline_request
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format
from services.matching.domain.request import Request, RequestState
from services.matching.store import Store
from shared.contracts.acts import Act
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, Field, Kind, PageAct, Quote, Sight, Standing, isolated

_DONE = {Act.ACCEPT_REQUEST: RequestState.ACCEPTED, Act.DECLINE_REQUEST: RequestState.DECLINED}
_REASON = "reason"


def request_acts(store: Store) -> Sequence[PageAct]:
    """The two answers."""

    def look(asked: Asked) -> Sight:
        request = store.requests.get(asked.tenant, asked.subject_id, asked.session)
        request.require(Role.MENTOR, asked.member_id)
        program = store.programs.get(asked.tenant, request.program_id, asked.session)
        return Sight(
            _standing(request, asked),
            {
                "other": isolated(shown_name(store, asked.tenant, request.mentee_id, asked.session)),
                "program": isolated(program.name),
                "peers": program.format is Format.PEER,
                "expires_at": request.expires_at,
                "state": request.state.value,
                "reason": request.reason,
            },
            quotes=list(_quotes(request)),
            fields=[Field(_REASON, Kind.CHOICE, DECLINE_REASONS)] if asked.act is Act.DECLINE_REQUEST else (),
            zone=zone_of(store, asked.tenant, asked.member_id, asked.session),
        )

    def accept(transaction: Transaction, asked: Asked, _sight: Sight, _entry: Entry) -> None:
        request, program = store.prospects.asked(transaction.session, transaction.tenant, asked.subject_id)
        accept_request(transaction, store, request, program, asked.member_id)

    def decline(transaction: Transaction, asked: Asked, _sight: Sight, entry: Entry) -> None:
        request = store.requests.get(transaction.tenant, asked.subject_id, transaction.session)
        reason = entry.get(_REASON, "")
        decline_request(transaction, store, request, asked.member_id, reason if reason in DECLINE_REASONS else "other")

    return (
        PageAct(Act.ACCEPT_REQUEST, "request", look, accept, refusal),
        PageAct(Act.DECLINE_REQUEST, "request", look, decline, refusal),
    )


def _standing(request: Request, asked: Asked) -> Standing:
    if request.is_open:
        return Standing.OVER if request.expires_at is not None and asked.now >= request.expires_at else Standing.OPEN
    return Standing.DONE if request.state is _DONE[asked.act] else Standing.OVER


def _quotes(request: Request) -> Iterator[Quote]:
    """What whoever asks has written, for whoever is asked."""
    if request.goal is not None:
        yield Quote("goal", request.goal.text)
        if request.goal.measure:
            yield Quote("measure", request.goal.measure)
    yield Quote("message", request.message)
    for each in request.exchanges:
        yield Quote("question", each.question)
        if each.answer is not None:
            yield Quote("answer", each.answer)
