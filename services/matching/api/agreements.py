"""Agreements: written by one, signed by both."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.mentorship_schemas import (
    DraftSchema,
    FormerAgreementSchema,
    MentorshipSchema,
    TermsSchema,
    for_the_pair,
    former_agreement,
)
from services.matching.api.pair import own_mentorship
from services.matching.commands.draft_agreement import draft_agreement
from services.matching.commands.propose_agreement import propose_agreement
from services.matching.commands.sign_agreement import sign_agreement
from services.matching.domain.agreement import NO_FAULT_EXIT, Frequency, MeetingFormat, Terms
from services.matching.domain.mentorship import Mentorship
from shared.contracts.fields import Record, Whole
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
)

blueprint = Blueprint(
    "agreements",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/agreement",
    description="What a pair agrees on.",
)


class SignSchema(Record):
    version = Whole("The version that is signed.", 1, 10_000, required=True)


@blueprint.put("")
@roles("member")
@blueprint.arguments(TermsSchema)
@blueprint.response(200, MentorshipSchema)
def propose(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Proposes the next version.

    It needs the signatures of both again; what both signed before stays in force until then.
    """
    terms = Terms(
        goals=tuple(body["goals"]),
        format=MeetingFormat(body["format"]),
        frequency=Frequency(body["frequency"]),
        duration_weeks=body["duration_weeks"],
        boundaries=body.get("boundaries") or "",
        confidentiality=body.get("confidentiality") or "",
        channels=tuple(body.get("channels") or ()),
        feedback=body.get("feedback") or "",
        no_fault_exit=body.get("no_fault_exit") or NO_FAULT_EXIT,
    )
    return _answer(propose_agreement(transaction(), store(), _to_change(mentorship_id), member_id(), terms))


@blueprint.get("/draft")
@roles("member")
@blueprint.response(200, DraftSchema)
def draft(mentorship_id: str) -> Terms:
    """Drafts terms to begin with.

    Made from the goals, format and frequency that both have on their profiles and from the program's numbers; it can be
    proposed as it is, once it names a goal. Nothing is kept of it.
    """
    return draft_agreement(store(), own_mentorship(mentorship_id), member_id())


@blueprint.get("/versions")
@roles("member")
@blueprint.page(FormerAgreementSchema)
def versions(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists former versions, oldest first.

    The newest, and the one in force, are in the mentorship itself.
    """
    own_mentorship(mentorship_id)
    wanted = requested()
    found = store().agreements.page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda former: former.id)
    return Page([former_agreement(each) for each in page.items], page.next)


@blueprint.post("/sign")
@roles("member")
@blueprint.arguments(SignSchema)
@blueprint.response(200, MentorshipSchema)
def sign(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Signs the current version.

    409 where there is a newer one: of a signature and a change at the same time, the signature is of what was signed or
    of nothing. With the second signature the mentorship is active, which is a 409 while one of the
    two is suspended.
    """
    return _answer(sign_agreement(transaction(), store(), _to_change(mentorship_id), member_id(), body["version"]))


def _to_change(mentorship_id: str) -> Mentorship:
    found = own_mentorship(mentorship_id, transaction().session)
    require_match(found.version)
    return found


def _answer(changed: Mentorship) -> dict[str, Any]:
    etag(changed.version)
    return for_the_pair(changed)
