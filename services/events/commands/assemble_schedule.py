"""All that a schedule is made from, as it is at one moment: who comes, when they are free, what they wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.events.domain.meeting import Meeting, MeetingState
from services.events.domain.meeting_groups import MeetingGroups, Ticket
from services.events.domain.meeting_schedule import MeetingSchedule, Whom, quota_of
from services.events.domain.meeting_slots import Slot as SlotOfPlan
from services.events.scheduling.affinity import Profile, affinities
from services.events.scheduling.schedule_problem import Kept, Pair, Person, Problem, Slot
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Assembled:
    """What to ask of the engine; how many come to the event, and who of them has a meeting there."""

    problem: Problem
    attending: int
    having: frozenset[str]


def assemble_schedule(transaction: Transaction, store: Store, schedule: MeetingSchedule) -> Assembled:
    """Of everybody who attends and is known, or of those who have no meeting there yet."""
    tenant, session = transaction.tenant, transaction.session
    there = store.attendance.all_attending(tenant, schedule.event_id, session)
    profiles = store.people.fitting(tenant, there, session)
    agreed = {"event_id": schedule.event_id, "state": MeetingState.ACCEPTED.value}
    meetings = store.meetings.page(tenant, agreed, limit=0, session=session)
    having = frozenset(member for each in meetings for member in each.party_ids)
    wanted = set(profiles) if schedule.whom is Whom.EVERYONE else set(profiles) - having
    slots = _slots_to_come(transaction, store, schedule.event_id)
    groups = store.meeting_groups.find(tenant, schedule.event_id, session)
    people = _people(transaction, store, schedule, sorted(wanted), slots, groups)
    wishes, no_thanks = _said(transaction, store, schedule.event_id)
    pending = store.meetings.open_of(tenant, schedule.event_id, wanted, session)
    apart = store.kept_apart.pairs_among(session, tenant, wanted)
    never = {*no_thanks, *(_pair(each) for each in pending), *((one, other) for one, other in apart)}
    problem = Problem(
        people,
        _with_tables(transaction, store, slots),
        wishes,
        frozenset(never),
        frozenset(groups.meets) if groups is not None and groups.meets else None,
        tuple(Kept(each.slot_id, *_pair(each)) for each in meetings),
        affinities({each: _profile(profiles[each]) for each in wanted}, schedule.fitting),
    )
    return Assembled(problem, len(profiles), having)


def _slots_to_come(transaction: Transaction, store: Store, event_id: str) -> Sequence[SlotOfPlan]:
    plan = store.slot_plans.find(transaction.tenant, event_id, transaction.session)
    coming = () if plan is None else [each for each in plan.slots if each.starts_at > transaction.now]
    return sorted(coming, key=lambda each: each.starts_at)


def _with_tables(transaction: Transaction, store: Store, slots: Sequence[SlotOfPlan]) -> tuple[Slot, ...]:
    """The room that is left at each table; a slot without places needs none."""
    room = store.slot_plans.room(transaction.tenant, [each.id for each in slots], transaction.session)
    found = []
    for slot in slots:
        names = [place.name for place in slot.places for _ in range(room[slot.id].get(place.name, 0))]
        found.append(Slot(slot.id, tuple(names) if slot.places else None))
    return tuple(found)


def _people(
    transaction: Transaction,
    store: Store,
    schedule: MeetingSchedule,
    member_ids: Sequence[str],
    slots: Sequence[SlotOfPlan],
    groups: MeetingGroups | None,
) -> tuple[Person, ...]:
    held = store.held_time.of(transaction.tenant, member_ids, transaction.session)
    names = groups_of(transaction, store, schedule.event_id, member_ids, groups)
    people = []
    for member in member_ids:
        free = (each.id for each in slots if not busy_between(held[member], each.starts_at, each.ends_at))
        quota = quota_of(schedule.quotas, names[member])
        people.append(Person(member, frozenset(free), names[member], quota.least, quota.most))
    return tuple(people)


def groups_of(
    transaction: Transaction, store: Store, event_id: str, member_ids: Sequence[str], groups: MeetingGroups | None
) -> Mapping[str, frozenset[str]]:
    """The groups of each member, by their tickets and by whatever ids they are or were known."""
    if groups is None:
        return dict.fromkeys(member_ids, frozenset[str]())
    tenant, session = transaction.tenant, transaction.session
    known: dict[str, set[str]] = {each: {each} for each in member_ids}
    now = dict(store.merges.merged_into(tenant, member_ids, session))
    for merged, member in now.items():
        known[member].add(merged)
    tickets: dict[str, list[Ticket]] = {each: [] for each in member_ids}
    for each in store.registrations.confirmed_of(tenant, event_id, [*member_ids, *now], session):
        if each.member_id is not None:
            answers = {said.question: said.answer for said in each.attendee.answers}
            tickets[now.get(each.member_id, each.member_id)].append(Ticket(each.ticket_type, answers))
    return {each: groups.of(known[each], tickets[each]) for each in member_ids}


def _said(transaction: Transaction, store: Store, event_id: str) -> tuple[frozenset[Pair], frozenset[Pair]]:
    """Who wishes to meet whom, and who said no thanks, by who they are now."""
    tenant, session = transaction.tenant, transaction.session
    said = store.wishes.of_event(tenant, event_id, session)
    named = {each.member_id for each in said} | {who for each in said for who in (*each.wishes, *each.no_thanks)}
    now = store.merges.survivors(tenant, named, session)
    wishes = {(now[each.member_id], now[who]) for each in said for who in each.wishes}
    no_thanks = {(now[each.member_id], now[who]) for each in said for who in each.no_thanks}
    return frozenset(wishes), frozenset(no_thanks)


def _pair(meeting: Meeting) -> Pair:
    one, other = meeting.party_ids
    return one, other


def _profile(known: Mapping[str, object]) -> Profile:
    """As kept of a member; of one who was kept before profiles were, nothing."""

    def names(field: str) -> frozenset[str]:
        found = known.get(field)
        return frozenset(found) if isinstance(found, list) else frozenset()

    industry = known.get("industry")
    return Profile(names("offers"), names("seeks"), industry if isinstance(industry, str) else None, names("groups"))
