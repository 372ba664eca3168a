"""Topics that attendees host and join: of an event under `/v1/events/{id}`, and each by its own id."""

from datetime import datetime
from typing import Any

from services.events.api.context import store
from services.events.api.finding import is_staff, is_there, visible_event
from services.events.commands.ask_to_meet import plan_of
from services.events.commands.end_topics import cancel_topic
from services.events.commands.host_topic import TopicTime, TopicWords, change_topic, host_topic
from services.events.commands.join_topic import join_topic, leave_topic
from services.events.domain.event import Event
from services.events.domain.topic import Standing, Topic, TopicFormat, TopicState
from shared.contracts.fields import Choice, Code, Id, Line, Many, Moment, Record, Text, Timestamp, Whole
from shared.errors import Fault, Forbidden, Invalid, NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web import (
    Blueprint,
    Page,
    audit,
    etag,
    member_id,
    principal,
    requested,
    require_match,
    roles,
    transaction,
)

blueprint = Blueprint("topics", __name__, url_prefix="/v1", description="Topics that attendees host and join.")

_FORMATS = tuple(each.value for each in TopicFormat)
_STATES = tuple(each.value for each in TopicState)
_STANDINGS = ("host", *(each.value for each in Standing))
_LONGEST_DESCRIPTION = 4000


class NewTopicSchema(Record):
    """What to talk about, when, and with how many."""

    title = Line("What it is about; attendees read it.", 200, shortest=1, required=True)
    description = Text("What to expect; attendees read it.", _LONGEST_DESCRIPTION)
    format = Choice("For one other person, or for a group; a group, where it is not said.", _FORMATS, nullable=False)
    capacity = Whole(
        "How many can join, the host not counted: 1, or of a group as many as the event lets join.",
        1,
        1000,
        nullable=False,
    )
    slot_id = Id("The slot of the event in whose time it is.")
    starts_at = Moment("When it begins, where that is in no slot; it takes the minutes that the event has for it.")
    place = Line("Where; attendees read it.", 200, shortest=1)


class TopicPatchSchema(Record):
    """What changes. `slot_id` or `starts_at` move it."""

    title = Line("What it is about.", 200, shortest=1, nullable=False)
    description = Text("What to expect.", _LONGEST_DESCRIPTION)
    capacity = Whole("How many can join, the host not counted.", 1, 1000, nullable=False)
    slot_id = Id("The slot of the event in whose time it is from now on.", nullable=False)
    starts_at = Moment("When it begins from now on.", nullable=False)
    place = Line("Where.", 200, shortest=1)


class TopicSearchSchema(Record):
    state = Choice("In this state.", _STATES)


class TopicSchema(Record):
    """A topic, as the caller may see it."""

    id = Id("The topic.", required=True)
    event_id = Id("The event.", required=True)
    host_id = Id("Who hosts it.", required=True)
    title = Line("What it is about; absent where its host is erased.", 200)
    description = Text("What to expect.", _LONGEST_DESCRIPTION)
    place = Line("Where.", 200)
    format = Choice("For one other person, or for a group.", _FORMATS, required=True)
    state = Choice("Where it stands.", _STATES, required=True)
    capacity = Whole("How many can join, the host not counted.", 1, 1000, required=True)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    member_ids = Many("Who has a place, in order.", Id("A member.", required=True), 1000, required=True)
    undecided_ids = Many(
        "Which of them have something else at the time it moved to, and have to decide; for the host and organizers.",
        Id("A member.", required=True),
        1000,
    )
    waiting = Whole("How many wait for a place.", 0, 1_000_000, required=True)
    waitlist_ids = Many("Who they are, in order; for the host and organizers.", Id("A member.", required=True), 100_000)
    own = Choice("What the caller has here; absent: nothing.", _STANDINGS)
    own_place = Whole("The caller's place in the line, from 1.", 1, 1_000_000)
    sequence = Whole("Rises with every change of time or place.", 0, 100_000, required=True)
    reason = Code("Why it was called off.")
    updated_at = Timestamp("When it last changed.", required=True)


@blueprint.post("/events/<id:event_id>/topics")
@roles("member")
@blueprint.arguments(NewTopicSchema)
@blueprint.response(201, TopicSchema)
def host(body: dict[str, Any], event_id: str) -> Any:
    """Hosts a topic, which other attendees join.

    It is in a slot of the event, whose time it takes and then keeps, or begins at any time within the event. 409 where
    the caller does not come to the event or has something else at that time, at whatever event.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    shape = TopicFormat(body.get("format") or TopicFormat.GROUP.value)
    when = TopicTime(body.get("slot_id"), body.get("starts_at"))
    words = TopicWords(body["title"], body.get("description"), body.get("place"), body.get("capacity"))
    topic = host_topic(current, store(), event, plan_of(current, store(), event.id), member_id(), shape, when, words)
    return _changed(topic), 201, {"Location": f"/v1/topics/{topic.id}"}


@blueprint.get("/events/<id:event_id>/topics")
@roles("organizer", "member")
@blueprint.arguments(TopicSearchSchema, location="query")
@blueprint.page(TopicSchema)
def index(search: dict[str, Any], event_id: str) -> Page[dict[str, Any]]:
    """Lists the topics of an event, to organizers and to those who come to it."""
    event = visible_event(event_id)
    caller, wanted = principal().member_id, requested()
    if not is_there(event.tenant, event.id, caller):
        raise Forbidden("Only who has a confirmed registration for the event sees its topics.")
    state = None if search.get("state") is None else TopicState(search["state"])
    apart = frozenset[str]() if is_staff() else store().kept_apart.apart_from(event.tenant, caller)
    found = store().topics.shown(event.tenant, event.id, state, apart, limit=wanted.fetch, after=wanted.after_id)
    if is_staff():
        audit.shows(sorted({each for topic in found for each in topic.party_ids}))
    return wanted.page([_view(each) for each in found], key=lambda each: each["id"])


@blueprint.get("/topics/<id:topic_id>")
@roles("organizer", "member")
@blueprint.response(200, TopicSchema)
def show(topic_id: str) -> dict[str, Any]:
    """Shows a topic, to organizers and to those who come to its event."""
    topic = _known(store().topics.get(principal().tenant, topic_id))
    if is_staff():
        audit.shows(topic.party_ids)
    etag(topic.version)
    return _view(topic)


@blueprint.patch("/topics/<id:topic_id>")
@roles("organizer", "member")
@blueprint.arguments(TopicPatchSchema)
@blueprint.response(200, TopicSchema)
def patch(body: dict[str, Any], topic_id: str) -> dict[str, Any]:
    """Changes or moves a topic; its host may, and organizers.

    Another time has to suit the host: 409 otherwise. Of those who joined, whoever has something else then is told, and
    keeps the place until the reminder: `join` once that is called off, or `leave`. Fewer places than are taken: 409.
    """
    current = transaction()
    topic, event = _current(current, topic_id)
    caller = principal().member_id
    by = caller if caller == topic.host_id else None
    if by is None and not is_staff():
        raise Forbidden("Whoever hosts a topic changes it.")
    title = body.get("title", topic.title)
    if title is None:
        raise Invalid([Fault("/title", "Say what it is about.")])
    words = TopicWords(
        title, body.get("description", topic.description), body.get("place", topic.place), body.get("capacity")
    )
    when = _time(body.get("slot_id"), body.get("starts_at"))
    return _changed(change_topic(current, store(), event, plan_of(current, store(), event.id), topic, by, when, words))


@blueprint.post("/topics/<id:topic_id>/join")
@roles("member")
@blueprint.response(200, TopicSchema)
def join(topic_id: str) -> dict[str, Any]:
    """Joins a topic: `own` is `joined`, which holds the time, or `waiting`, where all places are taken.

    Whoever waits gets a place in strict order, as soon as one is free and they are at that time; until then nothing is
    held. A second time changes nothing. 409 where the caller does not come to the event or has something else then.
    """
    current = transaction()
    topic, event = _current(current, topic_id)
    return _changed(join_topic(current, store(), event, topic, member_id()))


@blueprint.post("/topics/<id:topic_id>/leave")
@roles("member")
@blueprint.response(200, TopicSchema)
def leave(topic_id: str) -> dict[str, Any]:
    """Leaves a topic, or its line: the first in line who is free gets the place. Who joins again is last in line."""
    current = transaction()
    topic, _ = _current(current, topic_id)
    return _changed(leave_topic(current, store(), topic, member_id()))


@blueprint.post("/topics/<id:topic_id>/cancel")
@roles("organizer", "member")
@blueprint.response(200, TopicSchema)
def cancel(topic_id: str) -> dict[str, Any]:
    """Calls a topic off; its host may, and organizers. A second time changes nothing."""
    current = transaction()
    topic, _ = _current(current, topic_id)
    caller = principal().member_id
    by = None if is_staff() and caller != topic.host_id else caller
    return _changed(cancel_topic(current, store(), topic, by))


def _time(slot_id: str | None, starts_at: datetime | None) -> TopicTime | None:
    return None if slot_id is None and starts_at is None else TopicTime(slot_id, starts_at)


def _current(current: Transaction, topic_id: str) -> tuple[Topic, Event]:
    topic = _known(store().topics.get(current.tenant, topic_id, current.session))
    require_match(topic.version)
    return topic, store().events.get(current.tenant, topic.event_id, current.session)


def _known(topic: Topic) -> Topic:
    """Raises NotFound for who may know nothing of it: who does not come, or is kept apart from anybody in it."""
    if is_staff():
        return topic
    caller = principal().member_id
    apart = store().kept_apart.apart_from(topic.tenant, caller)
    if not apart.isdisjoint(topic.party_ids) or not is_there(topic.tenant, topic.event_id, caller):
        raise NotFound("topic", topic.id)
    return topic


def _changed(topic: Topic) -> dict[str, Any]:
    etag(topic.version)
    return _view(topic)


_OF_THE_TOPIC = (
    "id",
    "event_id",
    "host_id",
    "title",
    "description",
    "place",
    "format",
    "state",
    "capacity",
    "starts_at",
    "ends_at",
    "sequence",
    "reason",
    "updated_at",
)


def _view(topic: Topic) -> dict[str, Any]:
    """Who waits is for the host and organizers, and everybody's own place in the line for them alone."""
    caller, waiting = principal().member_id, topic.ids(Standing.WAITING)
    view: dict[str, Any] = {name: getattr(topic, name) for name in _OF_THE_TOPIC}
    view |= {"member_ids": topic.ids(Standing.JOINED, Standing.UNDECIDED), "waiting": len(waiting)}
    if is_staff() or caller == topic.host_id:
        view |= {"undecided_ids": topic.ids(Standing.UNDECIDED), "waitlist_ids": waiting}
    if caller == topic.host_id:
        view["own"] = "host"
    elif (standing := topic.standing(caller)) is not None:
        view["own"] = standing
    if caller in waiting:
        view["own_place"] = waiting.index(caller) + 1
    return view
