"""Who may meet whom at an event, by groups."""

from typing import Any

from services.events.api.context import store
from services.events.api.finding import visible_event
from services.events.commands.set_meeting_groups import set_meeting_groups
from services.events.domain.meeting_groups import AnswerRule, MeetingGroup, MeetingGroups
from shared.contracts.fields import Id, Line, Many, One, Record, Text
from shared.web import Blueprint, etag, require_match, roles, transaction, unit_of_work

blueprint = Blueprint("meeting_groups", __name__, url_prefix="/v1/events", description="Who may meet whom at an event.")


class AnswersSchema(Record):
    """A question of the ticket system and the answers to it that count."""

    question = Line("The question's identifier.", 200, shortest=1, required=True)
    among = Many(
        "The answers, as they come; longer than 200 characters none is kept.",
        Text("An answer.", 200, shortest=1, required=True),
        100,
        fewest=1,
        required=True,
    )


class MeetingGroupSchema(Record):
    """Whoever has one of the ticket types, gave one of the answers, or is on the list."""

    name = Line("What it is called; `others` are those in no group.", 100, shortest=1, required=True)
    ticket_types = Many("Ticket types, as the ticket system calls them.", Line("A type.", 200, required=True), 100)
    answers = Many("Answers to the ticket system's questions.", One("One question.", AnswersSchema, required=True), 50)
    member_ids = Many("Members by name.", Id("A member.", required=True), 10_000)


class MeetingGroupsSchema(Record):
    """The groups and which of them meet."""

    groups = Many("Somebody may be in several.", One("A group.", MeetingGroupSchema, required=True), 100, required=True)
    meets = Many(
        "Pairs of groups whose people may meet, in either order; a group twice: its own people among each other. None: "
        "everybody meets everybody.",
        Many("Two groups.", Line("A group's name, or `others`.", 100, required=True), 2, fewest=2, required=True),
        5000,
        required=True,
    )


@blueprint.put("/<id:event_id>/groups")
@roles("organizer")
@blueprint.arguments(MeetingGroupsSchema)
@blueprint.response(200, MeetingGroupsSchema)
def put(body: dict[str, Any], event_id: str) -> MeetingGroups:
    """Says who may meet whom, from now on.

    What was asked or agreed on before stays. Everybody may meet everybody where `meets` is empty.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    before = store().meeting_groups.find(current.tenant, event_id, current.session)
    version = 0 if before is None else before.version
    require_match(version)
    said = MeetingGroups(
        id=event_id,
        tenant=current.tenant,
        version=version,
        updated_at=current.now,
        groups=tuple(
            MeetingGroup(
                each["name"],
                ticket_types=tuple(each.get("ticket_types") or ()),
                answers=tuple(AnswerRule(rule["question"], tuple(rule["among"])) for rule in each.get("answers") or ()),
                member_ids=tuple(dict.fromkeys(each.get("member_ids") or ())),
            )
            for each in body["groups"]
        ),
        meets=tuple((one, other) for one, other in body["meets"]),
    )
    saved = set_meeting_groups(current, store(), event, said)
    etag(saved.version)
    return saved


@blueprint.get("/<id:event_id>/groups")
@roles("organizer")
@blueprint.response(200, MeetingGroupsSchema)
def show(event_id: str) -> MeetingGroups:
    """Shows who may meet whom."""
    event = visible_event(event_id)
    found = store().meeting_groups.find(event.tenant, event.id)
    shown = found or MeetingGroups(event.id, event.tenant, 0, unit_of_work().clock.now())
    etag(shown.version)
    return shown
