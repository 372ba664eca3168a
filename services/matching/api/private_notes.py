"""Private notes: what one of a pair keeps for themselves about a session."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.api.sessions import session_of
from services.matching.commands.keep_private_note import keep_private_note
from services.matching.domain.private_note import PrivateNote
from shared.contracts.fields import Record, Text, Timestamp
from shared.web import Blueprint, etag, member_id, principal, require_match, roles, transaction

blueprint = Blueprint(
    "private_notes",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/sessions/<id:session_id>/private-notes",
    description="Notes of one of a pair, whom nobody else ever sees: not the partner, not a coordinator.",
)


class OwnWordsSchema(Record):
    text = Text("The notes.", 20_000, required=True)


class PrivateNoteSchema(OwnWordsSchema):
    updated_at = Timestamp("When they were written; null where there are none.")


@blueprint.get("")
@roles("member")
@blueprint.response(200, PrivateNoteSchema)
def read(mentorship_id: str, session_id: str) -> dict[str, Any]:
    """Shows one's own notes of a session; none are an empty text."""
    own_mentorship(mentorship_id)
    session_of(mentorship_id, session_id)
    return _shown(store().private_notes.find_of(principal().tenant, session_id, member_id()))


@blueprint.put("")
@roles("member")
@blueprint.arguments(OwnWordsSchema)
@blueprint.response(200, PrivateNoteSchema)
def write(body: dict[str, Any], mentorship_id: str, session_id: str) -> dict[str, Any]:
    """Writes one's own notes of a session."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    session = session_of(mentorship_id, session_id, current.session)
    found = store().private_notes.find_of(current.tenant, session_id, member_id(), current.session)
    require_match(0 if found is None else found.version)
    return _shown(keep_private_note(current, store(), mentorship, session, member_id(), body["text"]))


def _shown(note: PrivateNote | None) -> dict[str, Any]:
    etag(0 if note is None else note.version)
    return {"text": ""} if note is None else {"text": note.text, "updated_at": note.updated_at}
