"""What a plan of speed rounds was made of, packed: a document for each series, beside the seats of its plan.

It spares whoever plans anew to read everybody again, and nothing else depends on it: without it all is read. Whoever
begins a plan reads the stamp on it, before they read anything else, and keeps their sheet only where that stamp is
still there; what makes a sheet wrong takes it away and puts another stamp there. So nothing that was read before such a
change outlives it.
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_series import RoundSeries
from services.events.scheduling.round_sheet import RoundSheet
from services.events.scheduling.rounds import Ints, Longs
from services.events.scheduling.ties import Ties
from services.events.store.round_seats import RoundSeats, Seating
from shared.ids import new_id
from shared.storage import Document, Index

COLLECTION = "round_sheets"
INDEXES = (Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),)

_MOST_BYTES = 12 << 20
"""A document takes 16 MiB: what is larger is not kept."""
_FAST = 1
_RACE = timedelta(hours=1)


class RoundSheets:
    """By series; gone when its rounds are over."""

    def __init__(self, database: Database[Document], seats: RoundSeats) -> None:
        self._collection = database[COLLECTION]
        self._seats = seats

    def begin(self, series: RoundSeries) -> tuple[str, RoundSheet | None]:
        """The stamp, and the sheet of the plan that is shown, if there is one."""
        where = {"_id": series.id, "tenant": series.tenant}
        found = self._collection.find_one(where)
        if found is None:
            stamped = {"$setOnInsert": {"stamp": new_id(), "expire_at": series.ends_at}}
            self._collection.update_one(where, stamped, upsert=True)
            return self.begin(series)
        kept = found.get("sheet")
        if kept is None or kept["plan"] != series.plan_version:
            return found["stamp"], None
        return found["stamp"], _unpacked(kept, self._seats.of(series))

    def keep(self, session: ClientSession, series: RoundSeries, stamp: str, sheet: RoundSheet) -> None:
        """Keeps the sheet, as far as the stamp is still there and it is not too large."""
        if sheet.as_kept:
            change: Document = {"$set": {"sheet.plan": sheet.plan}}
        else:
            packed = _packed(sheet)
            size = sum(len(each) for each in packed.values() if isinstance(each, bytes))
            change = {"$set": {"expire_at": series.ends_at}}
            if size < _MOST_BYTES:
                change["$set"]["sheet"] = packed
            else:
                change["$unset"] = {"sheet": True}
        self._collection.update_one({"_id": series.id, "stamp": stamp}, change, session=session)

    def doubt(self, session: ClientSession, tenant: str, series_ids: Collection[str], now: datetime) -> None:
        """Leaves no sheet of these series, and none that anybody is at."""
        wrong: Document = {
            "$set": {"stamp": new_id()},
            "$unset": {"sheet": True},
            # Written even where there is none: whoever begins one at this moment reads this, or does not keep theirs.
            "$setOnInsert": {"expire_at": now + _RACE},
        }
        updates = [UpdateOne({"_id": each, "tenant": tenant}, wrong, upsert=True) for each in sorted(series_ids)]
        if updates:
            self._collection.bulk_write(updates, session=session)


def _packed(sheet: RoundSheet) -> Document:
    ties = sheet.ties
    said = np.array([sheet.said.get(each, 0) for each in sheet.people], np.int32)
    own = frozenset(sheet.people)
    others = {member_id: version for member_id, version in sheet.said.items() if member_id not in own}
    return {
        "plan": sheet.plan,
        "people": _names(sheet.people),
        "now_is": _names(each for pair in sheet.now_is.items() for each in pair),
        "numbers": _squeezed(sheet.numbers),
        "wished": _squeezed(ties.wished),
        "declined": _squeezed(ties.declined),
        "met": _squeezed(ties.met),
        "said": _squeezed(said),
        "said_by_others": _names(others),
        "versions_of_others": _squeezed(np.array([*others.values()], np.int32)),
        "others": [{"series_id": series_id, "plan": plan} for series_id, plan in sheet.others],
    }


def _unpacked(kept: Mapping[str, Any], seating: Seating) -> RoundSheet:
    people, merged, elsewhere = _split(kept["people"]), _split(kept["now_is"]), _split(kept["said_by_others"])
    numbers = _ints(kept["numbers"])
    row = {number: at for at, number in enumerate(numbers.tolist())} if seating.left_out else {}
    said = {each: version for each, version in zip(people, _ints(kept["said"]).tolist(), strict=True) if version}
    return RoundSheet(
        plan=kept["plan"],
        people=people,
        now_is=dict(zip(merged[::2], merged[1::2], strict=True)),
        numbers=numbers,
        table=seating.table[numbers - 1],
        left_out={row[number]: why for number, why in seating.left_out.items() if number in row},
        ties=Ties(_pairs(kept["wished"]), _pairs(kept["declined"]), _pairs(kept["met"])),
        said=said | dict(zip(elsewhere, _ints(kept["versions_of_others"]).tolist(), strict=True)),
        others=tuple((each["series_id"], each["plan"]) for each in kept["others"]),
        as_kept=True,
    )


def _names(ids: Iterable[str]) -> bytes:
    return zlib.compress("\n".join(ids).encode(), _FAST)


def _split(packed: bytes) -> tuple[str, ...]:
    text = zlib.decompress(packed).decode()
    return tuple(text.split("\n")) if text else ()


def _squeezed(numbers: Longs | Ints) -> bytes:
    return zlib.compress(numbers.astype("<i4").tobytes(), _FAST)


def _ints(packed: bytes) -> Ints:
    return np.frombuffer(zlib.decompress(packed), "<i4").astype(np.int32)


def _pairs(packed: bytes) -> Longs:
    return _ints(packed).astype(np.int64).reshape(-1, 2)
