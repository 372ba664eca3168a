"""Mentorships: where they stand, and what moves them."""

from typing import Any

from services.matching.api.context import is_coordinator, store
from services.matching.api.mentorship_schemas import MentorshipSchema, for_a_coordinator, for_the_pair
from services.matching.commands.close_mentorship import complete_mentorship, end_mentorship
from services.matching.commands.extend_mentorship import extend_mentorship
from services.matching.commands.hold_mentorship import hold_mentorship, resume_mentorship
from services.matching.domain.mentorship import BY_STAFF, REMATCH, Mentorship
from services.matching.domain.program import Settings
from shared.contracts.fields import Choice, Day, Id, Record
from shared.contracts.vocabulary import MENTORSHIP_STATES
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

blueprint = Blueprint("mentorships", __name__, url_prefix="/v1/mentorships", description="Pairs at work.")

END_REASONS = ("no_fault", "rematch", "no_time", "other")


class SearchSchema(Record):
    program_id = Id("Of this program.")
    mentor_id = Id("Of this mentor.")
    mentee_id = Id("Of this mentee.")
    state = Choice("In this state.", MENTORSHIP_STATES)


class EndSchema(Record):
    reason = Choice(
        "Why; `no_fault` where it is not said, `rematch` to have another partner. The partner is not told.", END_REASONS
    )


class ExtendSchema(Record):
    ends_on = Day("The later end.", required=True)


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(MentorshipSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists mentorships.

    A member's own; to a coordinator all of them, with state, dates and health only.
    """
    wanted = requested()
    own = {} if is_coordinator() else {"$or": [{"mentor_id": member_id()}, {"mentee_id": member_id()}]}
    found = store().mentorships.page(
        principal().tenant, {"$and": [search, own]}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda mentorship: mentorship.id)
    settings = store().programs.settings_of(principal().tenant, {each.program_id for each in page.items})
    return Page([_shown(each, settings[each.program_id]) for each in page.items], page.next)


@blueprint.get("/<id:mentorship_id>")
@roles("member", "coordinator")
@blueprint.response(200, MentorshipSchema)
def read(mentorship_id: str) -> dict[str, Any]:
    """Shows a mentorship.

    To the pair with their agreement; to a coordinator with state, dates and health only.
    """
    found = store().mentorships.get(principal().tenant, mentorship_id)
    _require_sight(found)
    if _is_of_pair(found):
        # A coordinator's view has no tag: health changes with time alone.
        etag(found.version)
        return _shown(found)
    disputed = store().mentorships.sessions.disputed(found.tenant, found.id)
    return _shown(found) | {"disputed_sessions": disputed}


@blueprint.post("/<id:mentorship_id>/end")
@roles("member", "coordinator")
@blueprint.arguments(EndSchema)
@blueprint.response(200, MentorshipSchema)
def end(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Ends it early, without fault."""
    found = _to_change(mentorship_id)
    reason = body.get("reason") or "no_fault"
    return _answer(end_mentorship(transaction(), store(), found, reason, principal().member_id))


@blueprint.post("/<id:mentorship_id>/rematch")
@roles("member")
@blueprint.response(200, MentorshipSchema)
def rematch(mentorship_id: str) -> dict[str, Any]:
    """Ends it early, without fault, to have another partner.

    Coordinators get a task; the partner hears only that it ended. Both are matched again, not with each other.
    """
    found = _to_change(mentorship_id)
    found.partner_of(member_id())
    return _answer(end_mentorship(transaction(), store(), found, REMATCH, member_id()))


@blueprint.post("/<id:mentorship_id>/extend")
@roles("member")
@blueprint.arguments(ExtendSchema)
@blueprint.response(200, MentorshipSchema)
def extend(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Proposes a later end, or agrees to it.

    The other one agrees by asking for the same day; another day is a proposal instead. As long as the program allows.
    """
    found = _to_change(mentorship_id)
    return _answer(extend_mentorship(transaction(), store(), found, member_id(), body["ends_on"]))


@blueprint.post("/<id:mentorship_id>/complete")
@roles("member", "coordinator")
@blueprint.response(200, MentorshipSchema)
def complete(mentorship_id: str) -> dict[str, Any]:
    """Brings it to its good end."""
    return _answer(complete_mentorship(transaction(), store(), _to_change(mentorship_id)))


@blueprint.post("/<id:mentorship_id>/hold")
@roles("member", "coordinator")
@blueprint.response(200, MentorshipSchema)
def hold(mentorship_id: str) -> dict[str, Any]:
    """Puts it on hold.

    Nothing ends or falls due by itself meanwhile. What a coordinator has put on hold is a coordinator's to resume.
    """
    found = _to_change(mentorship_id)
    reason = "member" if _is_of_pair(found) else BY_STAFF
    return _answer(hold_mentorship(transaction(), store(), found, reason))


@blueprint.post("/<id:mentorship_id>/resume")
@roles("member", "coordinator")
@blueprint.response(200, MentorshipSchema)
def resume(mentorship_id: str) -> dict[str, Any]:
    """Goes on with it; it ends as many days later as it was on hold.

    409 while the membership of one of the two is suspended, since it then resumes by itself, and for the pair where a
    coordinator has put it on hold.
    """
    return _answer(resume_mentorship(transaction(), store(), _to_change(mentorship_id), by_staff=is_coordinator()))


def _to_change(mentorship_id: str) -> Mentorship:
    current = transaction()
    found = store().mentorships.get(current.tenant, mentorship_id, current.session)
    _require_sight(found)
    require_match(found.version)
    return found


def _answer(changed: Mentorship) -> dict[str, Any]:
    etag(changed.version)
    return _shown(changed)


def _require_sight(mentorship: Mentorship) -> None:
    if not is_coordinator():
        mentorship.partner_of(member_id())


def _is_of_pair(mentorship: Mentorship) -> bool:
    return principal().member_id in mentorship.parties


def _shown(mentorship: Mentorship, settings: Settings | None = None) -> dict[str, Any]:
    if _is_of_pair(mentorship):
        return for_the_pair(mentorship)
    if settings is None:
        settings = store().programs.get(mentorship.tenant, mentorship.program_id).settings
    return for_a_coordinator(mentorship, settings, unit_of_work().clock.now())
