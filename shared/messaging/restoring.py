"""A service whose database was put back to an earlier point, and a log that has gone on since.

What its workers had handled since then is undone: they read it again, and the inbox passes over what is known after
all. What the service had told since then is on the log, and the database knows nothing of it: the lost writes. They
are named, and not made up for, but for erasures: nobody comes back by a restore. Everything that the service owns on
compacted topics is told again, at versions above all that were told before (`epoch.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts import registry
from shared.messaging import epoch, outbox
from shared.messaging.announce import Facts, announce
from shared.messaging.envelope import Data, Message, Unreadable
from shared.messaging.log import Log
from shared.messaging.reading import opened
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.settings import Settings

_ERASURE = registry.get("erasure.requested.v1").name

EraseAgain = Callable[[Transaction, Data], None]
"""Carries out an erasure of before, by its request's data, where the database does not know of it."""

Progress = Callable[[str, int, int], None]
"""Told what is being read or told, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Messages that workers read again, lost writes, erasures carried out again, and facts told again."""

    again: int
    lost: int
    erased: int
    told: int


@dataclass(frozen=True, slots=True)
class Restoring:
    """What has to be done about one service. `topics` are those that its workers read."""

    settings: Settings
    unit_of_work: UnitOfWork
    service: str
    topics: Sequence[str]
    facts: Sequence[Facts]
    erase_again: EraseAgain | None

    def run(self, since: datetime, lost: Callable[[Message], None], progress: Progress) -> Restored:
        """Does all of it; broken off, it is run again. `since` is before anything that was lost was told or handled.

        `lost` is called with each lost write. No process of the service may run meanwhile: the versions that those
        tell are not raised. Raises `log.GroupAtWork` where workers run, `log.NoTopic`, and what kafka-python and
        pymongo raise.
        """
        again = self._rewind(since)
        count, erasures = 0, []
        for message in self._lost(since, progress):
            count += 1
            lost(message)
            if message.type == _ERASURE and message.data is not None:
                erasures.append((message.tenant, message.data))
        database = self.unit_of_work.database
        epoch.begin(database, self.unit_of_work.clock.now())
        raised = self.unit_of_work.over(database)  # the other one may know the epoch of before
        erased = 0
        if (erase_again := self.erase_again) is not None:
            for tenant, data in erasures:
                raised.run(lambda transaction, data=data: erase_again(transaction, data), tenant=tenant)  # type: ignore[misc]
            erased = len(erasures)
        told = sum(
            announce(raised, each, lambda done, total, each=each: progress(each.topic, done, total))  # type: ignore[misc]
            for each in self.facts
        )
        return Restored(again, count, erased, told)

    def _rewind(self, since: datetime) -> int:
        """Has the workers go on from what was told at this time, where they were beyond it; how many offsets back."""
        group = f"{self.settings.topic_prefix}{self.service}"
        with Log(self.settings, self.topics) as log:
            earlier = log.since(since)
            beyond = {part: offset for part, offset in log.handled(group).items() if offset > earlier[part]}
            log.rewind(group, {part: earlier[part] for part in beyond})
            return sum(offset - earlier[part] for part, offset in beyond.items())

    def _lost(self, since: datetime, progress: Progress) -> Iterator[Message]:
        """What the service told since then and its outbox has no row of, as far as the log still has it."""
        written = [each.name for each in registry.all_topics() if self.service in each.written_by]
        ours = [name for name in written if not name.startswith("dead.")]  # letters travel as they came
        source = f"/services/{self.service}"
        with Log(self.settings, ours) as log:
            start, ends = log.since(since), log.ends()
            total = sum(max(0, ends[part] - start[part]) for part in ends)
            for records, passed in log.read(start, ends):
                told = [each for each in map(_read, records) if each is not None and each.source.endswith(source)]
                known = self._known([each.id for each in told])
                yield from (each for each in told if each.id not in known)
                progress("the log", passed, total)

    def _known(self, ids: Sequence[str]) -> set[str]:
        rows = self.unit_of_work.database[outbox.COLLECTION]
        return {row["_id"] for row in rows.find({"_id": {"$in": list(ids)}}, {"_id": 1})}


def _read(record: Record) -> Message | None:
    try:
        return opened(record)
    except Unreadable:
        return None
