"""Sessions: a pair meets."""

from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.api.session_schemas import (
    ActionChangeSchema,
    AttendanceSchema,
    ChangeSchema,
    ProposalSchema,
    Said,
    SessionSchema,
    shown,
)
from services.matching.commands.change_action import change_action
from services.matching.commands.change_session import SessionChange, change_session
from services.matching.commands.propose_session import propose_session
from services.matching.commands.say_attendance import say_attendance
from services.matching.domain.action import ActionState
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session, SessionState
from shared.errors import Conflict, NotFound
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "sessions",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/sessions",
    description="Meetings of a pair, for the two alone.",
)


class TimeMoved(Conflict):
    """The caller speaks of a time that is not the session's any more."""

    def __init__(self) -> None:
        super().__init__("The session has another time or place since: read it again.")


@blueprint.post("")
@roles("member")
@blueprint.arguments(ProposalSchema)
@blueprint.response(201, SessionSchema)
def propose(body: dict[str, Any], mentorship_id: str) -> Any:
    """Proposes to meet.

    A proposal takes nobody's time: until it is confirmed either of the two may agree to something else.
    """
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
    return _answer(session), 201, {"Location": f"/v1/mentorships/{mentorship_id}/sessions/{session.id}"}


@blueprint.get("")
@roles("member")
@blueprint.page(SessionSchema)
def index(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists the pair's sessions."""
    own_mentorship(mentorship_id)
    wanted = requested()
    found = store().mentorships.sessions.page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda session: session.id)
    return Page([shown(each) for each in page.items], page.next)


@blueprint.get("/<id:session_id>")
@roles("member")
@blueprint.response(200, SessionSchema)
def read(mentorship_id: str, session_id: str) -> dict[str, Any]:
    """Shows a session."""
    own_mentorship(mentorship_id)
    return _answer(session_of(mentorship_id, session_id))


@blueprint.patch("/<id:session_id>")
@roles("member")
@blueprint.arguments(ChangeSchema(partial=True))
@blueprint.response(200, SessionSchema)
def change(body: dict[str, Any], mentorship_id: str, session_id: str) -> dict[str, Any]:
    """Changes a session.

    Another time or place makes it a proposal again, for the other one to confirm. `held` and `missed` are the caller's
    word on how it went, as with `PUT …/attendance`. What was confirmed and has begun is neither moved nor called off.
    """
    mentorship, found = _to_change(mentorship_id, session_id)
    if body.get("sequence", found.sequence) not in (None, found.sequence):
        raise TimeMoved
    return _answer(
        change_session(transaction(), store(), mentorship, found, member_id(), _change(mentorship, found, body))
    )


@blueprint.put("/<id:session_id>/attendance")
@roles("member")
@blueprint.arguments(AttendanceSchema)
@blueprint.response(200, SessionSchema)
def say(body: dict[str, Any], mentorship_id: str, session_id: str) -> dict[str, Any]:
    """Says whether the session took place.

    The two agreeing settles it, and so does silence after the program's `attendance_hours`. Until then "held" and
    "i_missed" count as said; that the other missed it waits for the other's word. Where the two disagree the session
    stays confirmed and counts as neither; either may still give way.
    """
    mentorship, found = _to_change(mentorship_id, session_id)
    absent = Said(body["said"]).absent(member_id(), mentorship.partner_of(member_id()))
    return _answer(say_attendance(transaction(), store(), mentorship, found, member_id(), absent))


@blueprint.patch("/<id:session_id>/actions/<id:action_id>")
@roles("member")
@blueprint.arguments(ActionChangeSchema(partial=True))
@blueprint.response(200, SessionSchema)
def change_an_action(body: dict[str, Any], mentorship_id: str, session_id: str, action_id: str) -> dict[str, Any]:
    """Says who does an agreed action, and whether it is done."""
    mentorship, found = _to_change(mentorship_id, session_id)
    action = found.action(action_id)
    changed = change_action(
        transaction(),
        store(),
        mentorship,
        found,
        action,
        member_id(),
        owner_id=body.get("owner_id", action.owner_id),
        state=ActionState(body.get("state") or action.state),
    )
    return _answer(changed)


def session_of(mentorship_id: str, session_id: str, session: ClientSession | None = None) -> Session:
    """The session of this mentorship. Raises NotFound."""
    found = store().mentorships.sessions.get(principal().tenant, session_id, session)
    if found.mentorship_id != mentorship_id:
        raise NotFound("session", session_id)
    return found


def _to_change(mentorship_id: str, session_id: str) -> tuple[Mentorship, Session]:
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = session_of(mentorship_id, session_id, current.session)
    require_match(found.version)
    return mentorship, found


def _answer(session: Session) -> dict[str, Any]:
    etag(session.version)
    return shown(session)


def _change(mentorship: Mentorship, session: Session, body: dict[str, Any]) -> SessionChange:
    """The session with the merge patch on it (RFC 7386): null removes, what is absent stays."""
    texts = tuple(each.text for each in session.actions)
    return SessionChange(
        starts_at=body.get("starts_at", session.starts_at),
        duration_minutes=body.get("duration_minutes", session.duration_minutes),
        meeting_format=_format(body.get("format", session.format)),
        place=body.get("place", session.place),
        notes=body.get("notes", session.notes) or "",
        actions=tuple(body.get("actions", texts) or ()),
        state=SessionState(body.get("state") or session.state),
        absent=_absent(mentorship, session, body),
    )


def _absent(mentorship: Mentorship, session: Session, body: dict[str, Any]) -> tuple[str, ...] | None:
    """Who missed it: the other one, where it is not said and nobody has said so before."""
    match body.get("state"):
        case SessionState.HELD:
            return ()
        case SessionState.MISSED:
            return tuple(body.get("missed_by") or session.missed_by) or (mentorship.partner_of(member_id()),)
    return None


def _format(named: str | None) -> MeetingFormat | None:
    return None if named is None else MeetingFormat(named)
