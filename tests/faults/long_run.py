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
from tests.faults.acts import Acts, NotPossibleHere
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
from tests.faults.long_check import long_violations
from tests.faults.plan import Fault, Kind, make_plan
from tests.faults.stream import make_stream
from tests.faults.told import Happened, Told
from tests.faults.waiting import eventually
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
_FLOWS_WITHIN = 240.0
"""Seconds after a fault, at the most: beyond it something is stuck, and that is a violation."""
_STILL_WITHIN = 600.0

Say = Callable[[str], None]


class LongRun:
    """From the start of everything to its end; `run` once."""

    def __init__(self, folder: Path, *, seed: int, minutes: float, say: Say) -> None:
        self._folder = folder
        self._seed = seed
        self._minutes = minutes
        self._say = say
        self._happened: list[Happened] = []
        self._violations: list[str] = []
        self._notes: list[str] = []
        self._late_until = 0.0
        """What a clock that was ahead has made due is due by the others' only then."""

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
        for each in (publishing, clients, poisoner.thread, log.thread):
            each.start()
        self._go_wrong(acts, flow, begun, seconds)
        self._say("all that goes wrong has gone wrong")
        clients.stop()
        poisoner.thread.stop()
        everybody = "the clients did not come to an end"
        self._held(acts, lambda: publishing.done() and clients.stopped(), _STILL_WITHIN, everybody)
        self._calm(acts, self._late_until - time.monotonic())
        self._held(acts, ground.still, _STILL_WITHIN, "it never became still")
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
        self._violations += [*clients.failures, *client.strange]
        self._violations += [f"{name} ended by itself, with {codes}" for name, codes in fleet_ends.items()]
        self._violations += long_violations(evidence, people, clients.done)
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
            happened=self._happened,
            processes=[role.name for role in ROLES],
            acknowledged=acknowledged,
            met=dict(sorted((publishing.answers + client.met).items())),
            on_log=dict(sorted(Counter(entry.topic for entry in evidence.entries).items())),
            handled=_handled(evidence),
            notes=[*self._notes, *acts.notes, evidence.summary()],
            length_of_log=log.noted,
            violations=self._violations,
        )

    def _go_wrong(self, acts: Acts, flow: Flow, begun: float, seconds: float) -> None:
        """One fault after the other until the time is over; the last is seen to its end."""
        for fault in make_plan(self._seed, ROLES):
            if not self._held(
                acts,
                lambda: all(each.ready() for each in acts.fleet.members.values()),
                _FLOWS_WITHIN,
                "somebody is away",
            ):
                return
            self._calm(acts, fault.calm)
            at = time.monotonic() - begun
            if at >= seconds:
                return
            try:
                self._happened.append(self._one(acts, flow, fault, begun))
            except NotPossibleHere as reason:
                self._notes.append(f"{fault.kind.value}: not possible here: {reason}")
                self._happened.append(Happened(fault, at, at, None, "not possible here"))
            self._say(_line(self._happened[-1]))

    def _one(self, acts: Acts, flow: Flow, fault: Fault, begun: float) -> Happened:
        started = time.monotonic()
        flowed: tuple[float, str] | None = None
        with acts.going_wrong(fault):
            if fault.kind is Kind.ZOMBIE:  # another has to take over what it holds
                flowed = self._until_it_flows(acts, flow, fault, started)
            while (now := time.monotonic()) < started + fault.seconds:
                acts.during(fault, now)
                acts.fleet.tend()
                time.sleep(0.05)
            over = started if not fault.seconds else time.monotonic()
        ended = time.monotonic()
        if flowed is None:
            flowed = self._until_it_flows(acts, flow, fault, over if fault.kind is not Kind.BACKEND_KILL else ended)
        self._late_until = max(self._late_until, ended + fault.step)
        recovered, last = flowed
        return Happened(fault, started - begun, ended - begun, recovered, last=last)

    def _until_it_flows(self, acts: Acts, flow: Flow, fault: Fault, since: float) -> tuple[float, str]:
        """Seconds since then until a probe, sent now, is through, and what came through last."""
        deadline = time.monotonic() + _FLOWS_WITHIN
        probe = None
        while probe is None or not flow.through(probe):
            if time.monotonic() > deadline:
                self._violations.append(f"nothing flowed for {_FLOWS_WITHIN:.0f} s after {fault}")
                break
            probe = probe or flow.probe()
            acts.fleet.tend()
            time.sleep(0.05)
        through = {} if probe is None else probe.through
        return time.monotonic() - since, max(through, key=through.__getitem__, default="")

    def _held(self, acts: Acts, condition: Callable[[], bool], within: float, otherwise: str) -> bool:
        """Waits until it does; that it never did, or could not be asked, is a violation, and the run goes on."""
        try:
            eventually(condition, within, meanwhile=acts.fleet.tend)
        except Exception as error:
            self._violations.append(f"{otherwise} within {within:.0f} s: {type(error).__name__}: {error}")
            return False
        return True

    def _calm(self, acts: Acts, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            acts.fleet.tend()
            time.sleep(0.05)


def _line(one: Happened) -> str:
    after = one.remark or f"all flowed again after {one.recovered:.1f} s, last: {one.last}"
    return f"{one.begun:6.0f} s  {one.fault}: {after}"


def _handled(evidence: Evidence) -> Mapping[str, int]:
    return {
        service: len(evidence.documents(service, inbox.COLLECTION)) + len(evidence.documents(service, inbox.VERSIONS))
        for service in evidence.ground.services
    }
