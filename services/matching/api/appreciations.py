"""Appreciations: one of a pair thanks the other, or tells what has come of it."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.consent_to_show import consent_to_show
from services.matching.commands.send_appreciation import send_appreciation
from services.matching.domain.appreciation import Appreciation, AppreciationKind
from services.matching.store.appreciations import shown_of
from shared.contracts.fields import Choice, Flag, Id, Record, Text, Timestamp
from shared.errors import NotFound
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "appreciations",
    __name__,
    url_prefix="/v1",
    description="Thanks between the two, shown to others only as long as both agree.",
)

_KINDS = [each.value for each in AppreciationKind]


class ThanksSchema(Record):
    text = Text("The thanks.", 4000, shortest=1, required=True)
    public = Flag("Whether the author would have it shown on the receiver's profile; the receiver decides.")
    kind = Choice("`progress` tells how one has fared since; `thanks` unless said.", _KINDS)


class AppreciationSchema(ThanksSchema):
    id = Id("The appreciation.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    from_id = Id("Who thanks.", required=True)
    to_id = Id("Who is thanked.", required=True)
    sent_at = Timestamp("When.", required=True)
    receiver_agrees = Flag("Whether the receiver would have it shown, too.", required=True)
    is_shown = Flag("Whether others see it: both agree.", required=True)


class ShowingConsentSchema(Record):
    public = Flag("Whether the caller would have it shown; yes unless said, `false` takes it back.")


class ShownAppreciationSearchSchema(Record):
    member_id = Id("Whom they thank; the caller unless given.")


class ShownAppreciationSchema(Record):
    id = Id("The appreciation.", required=True)
    from_id = Id("Who thanks.", required=True)
    to_id = Id("Who is thanked.", required=True)
    kind = Choice("What it is.", _KINDS, required=True)
    text = Text("The words.", 4000, required=True)
    sent_at = Timestamp("When it was sent.", required=True)
    shown_since = Timestamp("When both had agreed.", required=True)


@blueprint.post("/mentorships/<id:mentorship_id>/appreciations")
@roles("member")
@blueprint.arguments(ThanksSchema)
@blueprint.response(201, AppreciationSchema)
def send(body: dict[str, Any], mentorship_id: str) -> Appreciation:
    """Thanks the partner."""
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    thanks = send_appreciation(
        current,
        store(),
        mentorship,
        member_id(),
        text=body["text"],
        public=bool(body.get("public")),
        kind=AppreciationKind(body.get("kind") or AppreciationKind.THANKS),
    )
    etag(thanks.version)
    return thanks


@blueprint.get("/mentorships/<id:mentorship_id>/appreciations")
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


@blueprint.post("/appreciations/<id:appreciation_id>/consent")
@roles("member")
@blueprint.arguments(ShowingConsentSchema)
@blueprint.response(200, AppreciationSchema)
def consent(body: dict[str, Any], appreciation_id: str) -> Appreciation:
    """Agrees that others see it, or takes that back.

    It is shown from when both agree to when either does not.
    """
    current, me = transaction(), member_id()
    found = store().mentorships.appreciations.get(current.tenant, appreciation_id, current.session)
    if me not in (found.from_id, found.to_id):
        raise NotFound("appreciation", appreciation_id)
    require_match(found.version)
    said = body.get("public")
    saved = consent_to_show(current, store(), found, me, public=True if said is None else said)
    etag(saved.version)
    return saved


@blueprint.get("/appreciations")
@roles("member", "coordinator")
@blueprint.arguments(ShownAppreciationSearchSchema, location="query")
@blueprint.page(ShownAppreciationSchema)
def shown(which: dict[str, Any]) -> Page[Appreciation]:
    """Lists what others thanked a member for, as far as both agreed to show it.

    Of a member whose `recognition` is open to nobody it lists nothing, except to themselves; nor, to anybody, of whom
    they are kept apart from.
    """
    wanted, me = requested(), principal().member_id
    of = which.get("member_id") or me
    apart = frozenset[str]() if me is None else store().pairs.apart_from(principal().tenant, me)
    if of is None or of in apart or (of != me and _hides_recognition(of)):
        return Page([], None)
    where = {**shown_of(of), "from_id": {"$nin": sorted(apart)}}
    found = store().mentorships.appreciations.page(principal().tenant, where, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda thanks: thanks.id)


def _hides_recognition(member: str) -> bool:
    known = store().copies.find(principal().tenant, member)
    return known is None or known.visibility.get("recognition") == "nobody"
