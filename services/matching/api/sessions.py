"""Sessions: a pair meets."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.change_session import SessionChange, change_session
from services.matching.commands.propose_session import propose_session
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.session import Session, SessionState
from shared.contracts.fields import Choice, Flag, Id, Line, Many, Moment, Record, Text, Whole
from shared.contracts.vocabulary import FORMATS, SESSION_STATES
from shared.errors import NotFound
from shared.storage import Repository
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "sessions",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/sessions",
    description="Meetings of a pair, for the two alone.",
)


class ProposalSchema(Record):
    starts_at = Moment("When it begins.", required=True)
    duration_minutes = Whole("How long it is to take.", 1, 24 * 60, required=True)
    format = Choice("How they meet.", FORMATS)
    place = Line("Where, or at which address.", 500)
    notes = Text("What they note, before or after.", 20_000)
    actions = Many("What they agree to do.", Text("", 500, shortest=1, required=True), 50)


class ChangeSchema(ProposalSchema):
    state = Choice("`confirmed` by the other one, then `held`, `missed` or `cancelled`.", SESSION_STATES)
    missed_by = Many("Who did not come; the other one where it is not said.", Id("", required=True), 2)


class SessionSchema(ProposalSchema):
    id = Id("The session.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    state = Choice("Where it stands.", SESSION_STATES, required=True)
    proposed_by = Id("Who proposed it, or its present time.", required=True)
    sequence = Whole("Rises with every change of time or place.", 0, 100_000, required=True)
    cancelled_by = Id("Who called it off.")
    late = Flag("Whether it was called off shortly before its start.")
    missed_by = Many("Who did not come.", Id("", required=True), 2)


@blueprint.post("")
@roles("member")
@blueprint.arguments(ProposalSchema)
@blueprint.response(201, SessionSchema)
def propose(body: dict[str, Any], mentorship_id: str) -> Any:
    """Proposes to meet."""
    current = transaction()
    session = propose_session(
        current,
        store(),
        own_mentorship(mentorship_id, current.session),
        member_id(),
        starts_at=body["starts_at"],
        duration_minutes=body["duration_minutes"],
        meeting_format=_format(body.get("format")),
        place=body.get("place"),
        notes=body.get("notes") or "",
        actions=tuple(body.get("actions") or ()),
    )
    etag(session.version)
    return session, 201, {"Location": f"/v1/mentorships/{mentorship_id}/sessions/{session.id}"}


@blueprint.get("")
@roles("member")
@blueprint.page(SessionSchema)
def index(mentorship_id: str) -> Page[Session]:
    """Lists the pair's sessions."""
    own_mentorship(mentorship_id)
    wanted = requested()
    found = _sessions().page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page(found, key=lambda session: session.id)


@blueprint.get("/<id:session_id>")
@roles("member")
@blueprint.response(200, SessionSchema)
def read(mentorship_id: str, session_id: str) -> Session:
    """Shows a session."""
    own_mentorship(mentorship_id)
    found = _of_mentorship(_sessions().get(principal().tenant, session_id), mentorship_id)
    etag(found.version)
    return found


@blueprint.patch("/<id:session_id>")
@roles("member")
@blueprint.arguments(ChangeSchema(partial=True))
@blueprint.response(200, SessionSchema)
def change(body: dict[str, Any], mentorship_id: str, session_id: str) -> Session:
    """Changes a session.

    Another time or place makes it a proposal again, for the other one to confirm. What was held or missed is said by
    its state, with notes and actions.
    """
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = _of_mentorship(_sessions().get(current.tenant, session_id, current.session), mentorship_id)
    require_match(found.version)
    session = change_session(current, store(), mentorship, found, member_id(), _change(found, body))
    etag(session.version)
    return session


def _change(session: Session, body: dict[str, Any]) -> SessionChange:
    """The session with the merge patch on it (RFC 7386): null removes, what is absent stays."""
    return SessionChange(
        starts_at=body.get("starts_at", session.starts_at),
        duration_minutes=body.get("duration_minutes", session.duration_minutes),
        meeting_format=_format(body.get("format", session.format)),
        place=body.get("place", session.place),
        notes=body.get("notes", session.notes) or "",
        actions=tuple(body.get("actions", session.actions) or ()),
        state=SessionState(body.get("state") or session.state),
        missed_by=tuple(body.get("missed_by") or ()),
    )


def _format(named: str | None) -> MeetingFormat | None:
    return None if named is None else MeetingFormat(named)


def _sessions() -> Repository[Session]:
    return store().mentorships.sessions


def _of_mentorship(session: Session, mentorship_id: str) -> Session:
    if session.mentorship_id != mentorship_id:
        raise NotFound("session", session.id)
    return session
