"""A long run: all four services on a broker and database of their own, and one thing after the other goes wrong."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from shared.contracts.vocabulary import SERVICES
from shared.ids import new_id
from shared.messaging import inbox
from shared.settings import Settings
from shared.settings import read as read_settings
from tests.faults.acts import Acts
from tests.faults.answering import Asking, after_kills
from tests.faults.association import Association, found
from tests.faults.behind_proxies import Behind, backends_behind_proxies
from tests.faults.beside import LengthOfLog, Poisoner
from tests.faults.clients.at_work import ClientsAtWork
from tests.faults.clients.good_client import GoodClient
from tests.faults.clients.people import gather
from tests.faults.disk import small_disk
from tests.faults.evidence import Evidence, Ground
from tests.faults.fleet import Fleet, Role
from tests.faults.flow import Flow
from tests.faults.going_wrong import GoingWrong
from tests.faults.long_check import long_violations
from tests.faults.plan import make_kills, make_plan
from tests.faults.stream import make_stream
from tests.faults.told import Told
from tests.faults.workload import Publishing

TWICE = ("events", "matching")
"""Whose worker and relay run twice, so that one takes over what the other held."""

ROLES = tuple(
    Role(service, role, number)
    for service in SERVICES
    for role, count in (("web", 1), ("worker", 1 + (service in TWICE)), ("relay", 1 + (service in TWICE)))
    for number in range(1, count + 1)
)

RECORDS_A_MINUTE = 300
_STILL_WITHIN = 600.0

Say = Callable[[str], None]


class LongRun:
    """From the start of everything to its end; `run` once."""

    def __init__(self, folder: Path, *, seed: int, minutes: float, say: Say, kills: bool = False) -> None:
        """`kills`: nothing but processes that are killed, and how soon the others answer meanwhile."""
        self._folder = folder
        self._seed = seed
        self._minutes = minutes
        self._say = say
        self._kills = kills

    def run(self) -> Told:
        """What there is to tell; whatever was started has ended."""
        began = time.monotonic()
        with ExitStack() as stack:
            disk = stack.enter_context(small_disk(self._folder / "data" / "mongodb"))
            broker, database = stack.enter_context(backends_behind_proxies(self._folder / "data"))
            for each in (database, broker):
                each.backend.start()
            self._say("broker and database answer")
            outside, direct = self._settings(broker, database)
            _, ground = found(direct, SERVICES)
            stack.callback(ground.close)
            association = Association(outside, f"t{new_id()[-10:]}")
            clocks = self._folder / "clocks"
            clocks.mkdir()
            environment = {**os.environ, **association.environment}
            fleet = Fleet(
                environment,
                ROLES,
                self._folder / "logs",
                lambda role: ("tests.faults.stepped", str(clocks / role.name)),
            )
            stack.callback(fleet.end)
            fleet.start_and_wait(within=300)
            self._say(f"{len(ROLES)} processes are ready after {time.monotonic() - began:.0f} s")
            acts = Acts(fleet, broker, database, disk, clocks)
            with self._flowing(ground, fleet, association.tenant) as flow:
                told = self._play(acts, association, ground, flow)
        return replace(told, seconds=time.monotonic() - began)

    def _settings(self, broker: Behind, database: Behind) -> tuple[Settings, Settings]:
        """As the services and the world have them, and as the run itself has them."""
        alike = {
            "ITHACA_BROKER": "kafka",
            "ITHACA_DATA": str(self._folder / "data"),
            "ITHACA_SECRET_KEY": "a-secret-of-the-tests-and-nobody-else",
        }
        outside, direct = (
            read_settings({**alike, "KAFKA_BOOTSTRAP_SERVERS": kafka, "MONGODB_URI": mongodb})
            for kafka, mongodb in ((broker.through, database.through), (broker.direct, database.direct))
        )
        return outside, direct

    @contextmanager
    def _flowing(self, ground: Ground, fleet: Fleet, tenant: str) -> Iterator[Flow]:
        flow = Flow(ground, fleet, tenant)
        try:
            yield flow
        finally:
            flow.close()

    def _play(self, acts: Acts, association: Association, ground: Ground, flow: Flow) -> Told:
        fleet = acts.fleet
        client = GoodClient(association, {service: fleet[f"{service}-web-1"].url for service in SERVICES})
        people = gather(client)
        event = association.open_event(client.urls["events"])
        seconds = self._minutes * 60
        publishing = Publishing(
            make_stream(self._seed, int(RECORDS_A_MINUTE * self._minutes)),
            association.settings,
            tenant=association.tenant,
            seed=self._seed,
            seconds=seconds,
            upload_to=f"{event}/attendees",
            token=association.token("integrator"),
        )
        clients = ClientsAtWork(client, people, self._seed)
        poisoner, log = Poisoner(ground.settings, association.tenant), LengthOfLog(ground.settings)
        begun = time.monotonic()
        asking = {
            service: Asking(association, service, url, begun) for service, url in client.urls.items() if self._kills
        }
        for each in (publishing, clients, poisoner.thread, log.thread):
            each.start()
        for one in asking.values():
            one.thread.start()
        wrong = GoingWrong(acts, flow, self._say)
        wrong.follow((make_kills if self._kills else make_plan)(self._seed, ROLES), begun, seconds)
        for one in asking.values():
            one.thread.stop()
        self._say("all that goes wrong has gone wrong")
        clients.stop()
        poisoner.thread.stop()
        wrong.held(lambda: publishing.done() and clients.stopped(), _STILL_WITHIN, "clients are not through")
        wrong.rest(wrong.late_until - time.monotonic())
        wrong.held(ground.still, _STILL_WITHIN, "it is not still")
        log.thread.stop()
        poisoner.close()
        log.close()
        self._say("all is still")
        fleet_ends = fleet.own_ends()
        fleet.end()
        evidence = Evidence(
            ground,
            association.tenant,
            ground.journal.entries,
            publishing.uploaded,
            publishing.sent | flow.sent,
            people.all,
        )
        violations = [
            *wrong.violations,
            *clients.failures,
            *client.strange,
            *(f"{name} ended by itself, with {codes}" for name, codes in fleet_ends.items()),
            *long_violations(evidence, people, clients.done),
        ]
        acknowledged = {
            "attendee records uploaded": len(publishing.uploaded),
            "attendee records sent": len(publishing.sent),
            "records that were probes": len(flow.sent),
            "poison sent": poisoner.sent,
            **clients.done.counts(),
        }
        return Told(
            seed=self._seed,
            minutes=self._minutes,
            seconds=0.0,
            happened=wrong.happened,
            processes=[role.name for role in ROLES],
            acknowledged=acknowledged,
            met=dict(sorted((publishing.answers + client.met).items())),
            on_log=dict(sorted(Counter(entry.topic for entry in evidence.entries).items())),
            handled=_handled(evidence),
            notes=[*wrong.notes, *acts.notes, evidence.summary()],
            length_of_log=log.noted,
            violations=violations,
            after_kills=after_kills(wrong.happened, {service: one.answers for service, one in asking.items()}),
        )


def _handled(evidence: Evidence) -> Mapping[str, int]:
    return {
        service: len(evidence.documents(service, inbox.COLLECTION)) + len(evidence.documents(service, inbox.VERSIONS))
        for service in evidence.ground.services
    }
