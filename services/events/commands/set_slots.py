"""An organizer fixes the times and tables for meetings; who is affected by a change is shown before it is made."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from services.events.commands.answer_meeting import chosen
from services.events.commands.giving_way import giving_way
from services.events.commands.settle_meetings import Change, settle_meetings
from services.events.domain.event import Event
from services.events.domain.meeting import SLOT_MOVED, SLOT_REMOVED, Meeting, MeetingState
from services.events.domain.meeting_slots import Slot, SlotPlan, require_sound
from services.events.store import Store
from shared.clock import rfc3339
from shared.errors import Conflict, PreconditionFailed
from shared.messaging.unit_of_work import Transaction

_MOST_SHOWN = 100


class Effect(StrEnum):
    """What becomes of a meeting."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    OTHER_TABLE = "other_table"
    WITHOUT_TABLE = "without_table"


@dataclass(frozen=True, slots=True)
class Affected:
    """A meeting and what becomes of it."""

    effect: Effect
    before: Meeting
    after: Meeting


class PeopleAffected(Conflict):
    """People have meetings that the change would cancel or move; whoever still wants it confirms what was shown."""

    def __init__(self, affected: Sequence[Affected], confirm: str) -> None:
        counts = Counter(each.effect.value for each in affected)
        super().__init__(
            f"{len(affected)} meetings are affected: nothing is changed yet. Send the same again with confirm.",
            shown={
                "confirm": confirm,
                "affected": {each.value: counts[each.value] for each in Effect},
                "meetings": [_shown(each) for each in affected[:_MOST_SHOWN]],
            },
        )


def set_slots(
    transaction: Transaction, store: Store, event: Event, before: SlotPlan, after: SlotPlan, confirm: str | None
) -> SlotPlan:
    """The plan as it is from now on. Meetings follow: they are moved with their slot, get another table, or end.

    Where that concerns anybody it is shown first (PeopleAffected), and made only when `confirm` names what was shown;
    PreconditionFailed where that is not what would happen now. Raises Invalid where the slots do not fit together,
    Conflict where the event is over or cancelled.
    """
    event.after("change", transaction.now)
    require_sound(after, event, before, transaction.now)
    in_order = tuple(sorted(after.slots, key=lambda each: each.starts_at))
    session = transaction.session
    # The event's time does not change at this moment unseen.
    store.events.hold(session, transaction.tenant, event.id)
    kept = store.slot_plans.keep(session, before, replace(after, slots=in_order, updated_at=transaction.now))
    affected = _affected(transaction, store, before, kept)
    seen = _seen(before, affected)
    if confirm is not None and affected and confirm != seen:
        raise PreconditionFailed("What would happen is not what was shown any more: look again, without confirm.")
    if affected and confirm is None:
        raise PeopleAffected(affected, seen)
    store.slot_plans.set_tables(session, kept, before)
    words = {MeetingState.PENDING: "requested", MeetingState.ACCEPTED: "accepted", MeetingState.CANCELLED: "cancelled"}
    settle_meetings(transaction, store, [Change(each.before, each.after, words[each.after.state]) for each in affected])
    store.slot_plans.drop_tables(session, kept, before)
    return kept


def _affected(transaction: Transaction, store: Store, before: SlotPlan, after: SlotPlan) -> list[Affected]:
    """Every meeting that cannot stay as it is, in order of time, then of id."""
    now = transaction.now
    changed = [was for was in before.slots if was.ends_at > now and after.slot(was.id) != was]
    meetings = store.meetings.open_in(transaction.tenant, before.id, [each.id for each in changed], transaction.session)
    gone = [each for each in meetings if after.slot(each.slot_id) is None]
    found = [Affected(Effect.CANCELLED, each, each.cancelled(now, SLOT_REMOVED)) for each in gone]
    staying = [(each, slot) for each in meetings if (slot := after.slot(each.slot_id)) is not None]
    retimed = [(each, slot) for each, slot in staying if _moves(each, slot)]
    then = [(each, replace(each, starts_at=slot.starts_at, ends_at=slot.ends_at)) for each, slot in retimed]
    clashing = giving_way(transaction, store, then, gone) if then else set()
    found += [
        Affected(Effect.CANCELLED, each, each.cancelled(now, SLOT_MOVED)) for each, _ in retimed if each.id in clashing
    ]
    coming = [(each, slot) for each, slot in staying if each.id not in clashing]
    tables = _tables(coming)
    for each, slot in coming:
        table = tables[each.id]
        moves = _moves(each, slot)
        if not moves and table == each.table:
            continue
        effect = Effect.MOVED if moves else Effect.WITHOUT_TABLE if table is None else Effect.OTHER_TABLE
        expires_at = after.expires_at(each.asked_at, slot.starts_at)
        found.append(Affected(effect, each, each.moved(now, slot, expires_at, table)))
    return sorted(found, key=lambda each: (each.before.starts_at, each.before.id))


def _moves(meeting: Meeting, slot: Slot) -> bool:
    return (meeting.starts_at, meeting.ends_at) != (slot.starts_at, slot.ends_at)


def _tables(coming: Sequence[tuple[Meeting, Slot]]) -> Mapping[str, str | None]:
    """The table of each meeting that stays: its own as long as there is room for it, else one that has some."""
    slots: dict[str, Slot] = {}
    sitting: defaultdict[str, list[Meeting]] = defaultdict(list)
    found: dict[str, str | None] = {}
    for meeting, slot in coming:
        slots[slot.id] = slot
        found[meeting.id] = None
        if meeting.seat is not None:
            sitting[slot.id].append(meeting)
    for slot_id, meetings in sitting.items():
        room = {each.name: each.capacity for each in slots[slot_id].places}
        standing = []
        for meeting in sorted(meetings, key=lambda each: each.id):
            if meeting.table is not None and room.get(meeting.table, 0) > 0:
                room[meeting.table] -= 1
                found[meeting.id] = meeting.table
            else:
                standing.append(meeting)
        for meeting in standing:
            table = chosen({name: left for name, left in room.items() if left > 0}, meeting.id)
            if table is not None:
                room[table] -= 1
                found[meeting.id] = table
    return found


def _seen(before: SlotPlan, affected: Sequence[Affected]) -> str:
    """Names the state that was looked at, and what would come of it."""
    told = [f"{before.version}"]
    told += [
        f"{each.before.id} {each.before.version} {each.effect} {each.after.starts_at.isoformat()} {each.after.table}"
        for each in affected
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _shown(affected: Affected) -> dict[str, Any]:
    before, after = affected.before, affected.after
    return {
        "meeting_id": before.id,
        "requester_id": before.requester_id,
        "invitee_id": before.invitee_id,
        "effect": affected.effect.value,
        "starts_at": rfc3339(before.starts_at),
        "starts_at_then": None if affected.effect is Effect.CANCELLED else rfc3339(after.starts_at),
        "table": before.table,
        "table_then": after.table,
    }
