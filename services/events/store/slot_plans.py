"""Slots of events, and how many meetings each of their tables has.

A table's seat is taken by a conditional update of its own document. Whoever puts a meeting into a slot passes one of
the event's gates, and whoever changes the slots closes all of them: neither can pass the other unseen.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.meeting_slots import MeetingPlace, Slot, SlotPlan
from shared.errors import Conflict
from shared.storage import Document, Repository

PLANS, TABLES, GATES = "slot_plans", "slot_tables", "slot_gates"

_GATES = 16
"""Many pass at once, and one who changes the slots waits for all: a single gate would have the many wait for each
other."""

Seat = tuple[str, str]
"""A slot and the name of a table in it."""


class NoTableLeft(Conflict):
    """All places of a slot are taken."""

    def __init__(self) -> None:
        super().__init__("No table is left in that slot.")


class SlotPlans(Repository[SlotPlan]):
    """The slots of each event, by its id."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[PLANS], SlotPlan, "slot plan")
        self._tables = database[TABLES]
        self._gates = database[GATES]

    def of_events(self, tenant: str, event_ids: Collection[str]) -> Sequence[SlotPlan]:
        """The plans of these events, as far as there are any."""
        return self.page(tenant, {"_id": {"$in": sorted(event_ids)}}, limit=0)

    def keep(self, session: ClientSession, before: SlotPlan, after: SlotPlan) -> SlotPlan:
        """Writes the plan over what it was; of version 0 it is the first. Closes the gates; tables are kept apart.

        Raises PreconditionFailed where another writer came first.
        """
        self._gates.bulk_write(
            [
                UpdateOne(
                    {"_id": f"{after.id}\n{number}"},
                    {"$set": {"tenant": after.tenant}, "$inc": {"closed": 1}},
                    upsert=True,
                )
                for number in range(_GATES)
            ],
            session=session,
        )
        if before.version:
            return self.save(session, after)
        first = replace(after, version=1)
        self.insert(session, first)
        return first

    def pass_gate(self, session: ClientSession, event_id: str, passer: str) -> None:
        """Lets the slots of the event stay what they are until the caller's transaction is over.

        `passer` is the id of what is put into them: it says which gate.
        """
        number = int(passer[-2:], 16) % _GATES
        self._gates.update_one({"_id": f"{event_id}\n{number}"}, {"$inc": {"passed": 1}}, session=session)

    def set_tables(self, session: ClientSession, plan: SlotPlan, before: SlotPlan) -> None:
        """Writes what the tables of new and changed slots hold from now on; none goes yet."""
        known = {(slot.id, each.name): each for slot in before.slots for each in slot.places}
        updates = [
            _set_table(plan, slot, each)
            for slot in plan.slots
            for each in slot.places
            if (was := known.get((slot.id, each.name))) is None or was.capacity != each.capacity
        ]
        if updates:
            self._tables.bulk_write(updates, session=session)

    def drop_tables(self, session: ClientSession, plan: SlotPlan, before: SlotPlan) -> None:
        """Lets the tables go that are in the plan no more: a seat there can be taken by nobody at this moment."""
        there = {(slot.id, each.name) for slot in plan.slots for each in slot.places}
        gone = [
            _key(slot.id, each.name)
            for slot in before.slots
            for each in slot.places
            if (slot.id, each.name) not in there
        ]
        if gone:
            self._tables.delete_many({"_id": {"$in": gone}, "tenant": plan.tenant}, session=session)

    def take_seats(self, session: ClientSession, tenant: str, seats: Iterable[Seat]) -> None:
        """Takes one more meeting at each of these tables. Raises NoTableLeft where one has no room for it."""
        wanted = Counter(seats)
        updates = [
            UpdateOne(
                {
                    "_id": _key(*seat),
                    "tenant": tenant,
                    "$expr": {"$lte": [{"$add": ["$taken", number]}, "$capacity"]},
                },
                {"$inc": {"taken": number}},
            )
            for seat, number in sorted(wanted.items())
        ]
        if updates and self._tables.bulk_write(updates, session=session).matched_count != len(updates):
            raise NoTableLeft

    def free_seats(self, session: ClientSession, tenant: str, seats: Iterable[Seat]) -> None:
        """Gives them back; a table that is gone takes nothing back."""
        updates = [
            UpdateOne({"_id": _key(*seat), "tenant": tenant}, {"$inc": {"taken": -number}})
            for seat, number in sorted(Counter(seats).items())
        ]
        if updates:
            self._tables.bulk_write(updates, session=session)

    def room(
        self, tenant: str, slot_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """For each slot, how many more meetings each of its tables has room for; a full one is left out."""
        where = {
            "tenant": tenant,
            "slot_id": {"$in": list(slot_ids)},
            "$expr": {"$lt": ["$taken", "$capacity"]},
        }
        found: dict[str, dict[str, int]] = {each: {} for each in slot_ids}
        for each in self._tables.find(where, session=session):
            found[each["slot_id"]][each["name"]] = each["capacity"] - each["taken"]
        return found


def _set_table(plan: SlotPlan, slot: Slot, place: MeetingPlace) -> UpdateOne:
    about = {"tenant": plan.tenant, "event_id": plan.id, "slot_id": slot.id, "name": place.name}
    return UpdateOne(
        {"_id": _key(slot.id, place.name)},
        {"$set": {**about, "capacity": place.capacity}, "$inc": {"taken": 0}},
        upsert=True,
    )


def _key(slot_id: str, name: str) -> str:
    return f"{slot_id}\n{name}"
