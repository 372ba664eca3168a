"""The agenda: what a pair could talk about when they meet next."""

from collections.abc import Sequence
from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.domain import member as members
from services.matching.domain.action import ActionState
from services.matching.domain.agenda import Agenda, Occasion, Side, Standing, Subject, agenda
from services.matching.domain.goal import GoalState
from services.matching.domain.member import Member
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.session import SessionState
from services.matching.domain.visibility import visible_to_participants
from shared.contracts.fields import Choice, Id, Many, One, Record, Text, Timestamp
from shared.web import Blueprint, roles, unit_of_work

blueprint = Blueprint(
    "agenda",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/agenda",
    description="What a pair could talk about, for the two alone.",
)

_LONGEST = 10_000
_MOST = 3000
_LAST_DAY = "9999"


class AgendaItemSchema(Record):
    subject = Choice("What it is about.", [each.value for each in Subject], required=True)
    text = Text("In words, for both.", _LONGEST, required=True)
    about_id = Id("The action, the milestone or the goal that it is.")


class AgendaSchema(Record):
    occasion = Choice("Which meeting it is for.", [each.value for each in Occasion], required=True)
    session_id = Id("The next session that is agreed on or proposed, if there is one.")
    starts_at = Timestamp("When that is to begin.")
    items = Many("What to talk about, in this order.", One("", AgendaItemSchema, required=True), _MOST, required=True)
    prompts = Many(
        "Questions to begin with, from what both are after.", Text("", _LONGEST, required=True), 10, required=True
    )


@blueprint.get("")
@roles("member")
@blueprint.response(200, AgendaSchema)
def read(mentorship_id: str) -> dict[str, Any]:
    """Proposes what to talk about when the two meet next.

    For the first meeting from both people's goals; then what they agreed to do and have not done, their next
    milestones, and how far their goals are. It is made from these alone: the same facts give the same agenda.
    """
    mentorship = own_mentorship(mentorship_id)
    tenant, pairs = mentorship.tenant, store().mentorships
    found = pairs.sessions.page(tenant, {"mentorship_id": mentorship.id}, limit=0)
    sessions = sorted(found, key=lambda each: (each.starts_at, each.id))
    milestones = pairs.milestones.page(tenant, {"mentorship_id": mentorship.id}, limit=0)
    goals = store().goals.of(tenant, [mentorship.id])
    standing = Standing(
        held=sum(1 for each in sessions if each.state is SessionState.HELD),
        goals=tuple(each for each in goals if each.state is GoalState.OPEN),
        actions=tuple(action for each in sessions for action in each.actions if action.state is ActionState.OPEN),
        milestones=tuple(sorted(milestones, key=_by_date)),
    )
    still_on, now = (SessionState.CONFIRMED, SessionState.PROPOSED), unit_of_work().clock.now()
    ahead = next((each for each in sessions if each.state in still_on and each.ends_at > now), None)
    when = {} if ahead is None else {"session_id": ahead.id, "starts_at": ahead.starts_at}
    return _shown(agenda(*_sides(mentorship), standing)) | when


def _sides(mentorship: Mentorship) -> tuple[Side, Side]:
    known = store().copies.among(mentorship.tenant, mentorship.parties)
    mentor, mentee = (_side(known.get(each), live=mentorship.holds_seat) for each in mentorship.parties)
    return mentor, mentee


def _side(member: Member | None, *, live: bool) -> Side:
    """What the partner may see of them: partners of a live mentorship see goals, whatever else holds for others."""
    if member is None:
        return Side()
    skills: Sequence[members.Skill] = member.skills if visible_to_participants(member, "skills") else ()
    return Side(
        goals=member.goals if live or visible_to_participants(member, "goals") else (),
        offers=_labels(skills, members.Side.OFFERS),
        seeks=_labels(skills, members.Side.SEEKS),
    )


def _labels(skills: Sequence[members.Skill], side: members.Side) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.label.casefold() for each in skills if each.side is side))


def _by_date(milestone: Milestone) -> tuple[str, str]:
    return milestone.due_on or _LAST_DAY, milestone.id


def _shown(made: Agenda) -> dict[str, Any]:
    return {
        "occasion": made.occasion,
        "items": [{"subject": each.subject, "text": each.text, "about_id": each.about_id} for each in made.items],
        "prompts": made.prompts,
    }
