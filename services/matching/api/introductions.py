"""Introductions: a mentor introduces the mentee to a third member, who must agree."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.answer_introduction import answer_introduction, withdraw_introduction
from services.matching.commands.offer_introduction import offer_introduction
from services.matching.domain.introduction import LONGEST_MESSAGE, Introduction, IntroductionState, Role
from services.matching.store.introductions import shown_to
from shared.contracts.fields import Choice, Id, Line, Record, Text, Timestamp
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint(
    "introductions",
    __name__,
    url_prefix="/v1",
    description="A mentor introduces the mentee to somebody, who is asked before anything of them is shown.",
)

_STATES = [each.value for each in IntroductionState]


class OfferSchema(Record):
    introduced_to_id = Id("The third member.", required=True)
    message = Text("Why the two should meet: for the third, and for both once that one has agreed.", LONGEST_MESSAGE)


class IntroductionSearchSchema(Record):
    mentorship_id = Id("Of this mentorship.")
    state = Choice("In this state.", _STATES)


class IntroductionSchema(Record):
    id = Id("The introduction.", required=True)
    state = Choice("Where it stands.", _STATES, required=True)
    role = Choice("What the caller is in it.", [each.value for each in Role], required=True)
    mentorship_id = Id("Whose it is; to the two alone.")
    offered_by_id = Id("Who introduces.", required=True)
    introduced_id = Id("Who is introduced.", required=True)
    introduced_name = Line("Their name, where it is shown.", 400)
    introduced_to_id = Id("The third; to the one who is introduced, only when the third has agreed.")
    introduced_to_name = Line("Their name, where it is shown.", 400)
    message = Text("The words; to the one who is introduced, likewise.", LONGEST_MESSAGE)
    offered_at = Timestamp("When it was offered.", required=True)
    answered_at = Timestamp("When the third answered.")


@blueprint.post("/mentorships/<id:mentorship_id>/introductions")
@roles("member")
@blueprint.arguments(OfferSchema)
@blueprint.response(201, IntroductionSchema)
def offer(body: dict[str, Any], mentorship_id: str) -> Any:
    """Offers to introduce the mentee to a third member.

    The third is asked. Until they agree the mentee sees that there is an offer, and not to whom.
    """
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    offered = offer_introduction(
        current, store(), mentorship, member_id(), body["introduced_to_id"], body.get("message") or ""
    )
    return _answer(offered), 201, {"Location": f"/v1/introductions/{offered.id}"}


@blueprint.get("/introductions")
@roles("member")
@blueprint.arguments(IntroductionSearchSchema, location="query")
@blueprint.page(IntroductionSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists introductions that the caller offers, is offered, or is asked for."""
    wanted = requested()
    where: dict[str, Any] = {"$and": [search, shown_to(member_id())]}
    found = store().introductions.page(principal().tenant, where, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda introduction: introduction.id)
    names = _names(page.items)
    return Page([_shown(each, names) for each in page.items], page.next)


@blueprint.get("/introductions/<id:introduction_id>")
@roles("member")
@blueprint.response(200, IntroductionSchema)
def read(introduction_id: str) -> dict[str, Any]:
    """Shows an introduction to one of the three."""
    found = store().introductions.get(principal().tenant, introduction_id)
    found.role_of(member_id())
    return _answer(found)


@blueprint.post("/introductions/<id:introduction_id>/accept")
@roles("member")
@blueprint.response(200, IntroductionSchema)
def accept(introduction_id: str) -> dict[str, Any]:
    """The third agrees: both learn of each other."""
    return _answer(answer_introduction(transaction(), store(), _to_change(introduction_id), member_id(), "accept"))


@blueprint.post("/introductions/<id:introduction_id>/decline")
@roles("member")
@blueprint.response(200, IntroductionSchema)
def decline(introduction_id: str) -> dict[str, Any]:
    """The third would rather not: whoever is introduced never learns who it was."""
    return _answer(answer_introduction(transaction(), store(), _to_change(introduction_id), member_id(), "decline"))


@blueprint.post("/introductions/<id:introduction_id>/withdraw")
@roles("member")
@blueprint.response(200, IntroductionSchema)
def withdraw(introduction_id: str) -> dict[str, Any]:
    """Either of the pair takes it back, before the third has answered."""
    return _answer(withdraw_introduction(transaction(), store(), _to_change(introduction_id), member_id()))


def _to_change(introduction_id: str) -> Introduction:
    current = transaction()
    found = store().introductions.get(current.tenant, introduction_id, current.session)
    found.role_of(member_id())
    require_match(found.version)
    return found


def _answer(introduction: Introduction) -> dict[str, Any]:
    etag(introduction.version)
    return _shown(introduction, _names([introduction]))


def _shown(introduction: Introduction, names: Mapping[str, str]) -> dict[str, Any]:
    me = member_id()
    role = introduction.role_of(me)
    shown: dict[str, Any] = {
        "id": introduction.id,
        "state": introduction.state,
        "role": role,
        "mentorship_id": None if role is Role.THIRD else introduction.mentorship_id,
        "offered_by_id": introduction.offered_by,
        "introduced_id": introduction.introduced,
        "introduced_name": names.get(introduction.introduced),
        "offered_at": introduction.offered_at,
        "answered_at": introduction.answered_at,
    }
    if introduction.shows_the_third_to(me):
        third = introduction.introduced_to
        shown |= {"introduced_to_id": third, "introduced_to_name": names.get(third), "message": introduction.message}
    return shown


def _names(introductions: Sequence[Introduction]) -> Mapping[str, str]:
    """As members show them to others; nobody's who shows it to nobody, or is not there any more."""
    ids = {one for each in introductions for one in (each.introduced, each.introduced_to)}
    known = store().copies.among(principal().tenant, ids)
    return {each.id: each.name for each in known.values() if each.name and each.visibility.get("name") != "nobody"}
