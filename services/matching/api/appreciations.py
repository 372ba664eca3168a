"""Appreciations: one of a pair thanks the other."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.send_appreciation import send_appreciation
from services.matching.domain.appreciation import Appreciation
from shared.contracts.fields import Flag, Id, Record, Text, Timestamp
from shared.web import Blueprint, Page, etag, member_id, principal, requested, roles, transaction

blueprint = Blueprint(
    "appreciations",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/appreciations",
    description="Thanks between the two, for the two alone.",
)


class ThanksSchema(Record):
    text = Text("The thanks.", 4000, shortest=1, required=True)
    public = Flag("Whether the author would have it shown on the receiver's profile; the receiver decides.")


class AppreciationSchema(ThanksSchema):
    id = Id("The appreciation.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    from_id = Id("Who thanks.", required=True)
    to_id = Id("Who is thanked.", required=True)
    sent_at = Timestamp("When.", required=True)


@blueprint.post("")
@roles("member")
@blueprint.arguments(ThanksSchema)
@blueprint.response(201, AppreciationSchema)
def send(body: dict[str, Any], mentorship_id: str) -> Appreciation:
    """Thanks the partner."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    thanks = send_appreciation(
        current, store(), mentorship, member_id(), text=body["text"], public=bool(body.get("public"))
    )
    etag(thanks.version)
    return thanks


@blueprint.get("")
@roles("member")
@blueprint.page(AppreciationSchema)
def index(mentorship_id: str) -> Page[Appreciation]:
    """Lists the pair's thanks."""
    own_mentorship(mentorship_id)
    wanted = requested()
    found = store().mentorships.appreciations.page(
        principal().tenant, {"mentorship_id": mentorship_id}, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page(found, key=lambda thanks: thanks.id)
