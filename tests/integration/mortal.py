"""Due work in a process of its own that is really killed (SIGKILL) at a place of the code.

The process is forked from one that has the code of all services loaded, which takes seconds each time otherwise.
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from pymongo import MongoClient

from shared.clock import Clock
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.service import lay
from shared.settings import Settings
from shared.storage import client

_FORKING = multiprocessing.get_context("forkserver")
_LARGE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands still until it is killed: a module and what it has under a name, as `module:Class.method`."""

    name: str
    when: str = "before"
    """That is called, or `after` the call, or at `half`, when half of a large last argument was given on."""

    call: int = 1
    """At which call of it."""

    def __str__(self) -> str:
        return f"{self.when} {self.name}"


def killed_at(
    deployed: Settings, service: str, work: str, place: Place, *, now: datetime | None = None, **numbers: int
) -> None:
    """Has a process take one step of this due work for the deployment, and kills it at that place.

    It is `now` there all the while, where that is given. `numbers` of the place's module are set first, so that what
    comes in parts comes in several of few. A transaction that it leaves open is given up at once, not after the minute
    that MongoDB takes.
    """
    name = new_id()
    _FORKING.set_forkserver_preload([__name__, "services.events.app", "services.notifications.app"])
    ours, theirs = _FORKING.Pipe(duplex=False)
    clock = None if now is None else _Standing(now)
    process = _FORKING.Process(target=_step, args=(deployed, service, work, place, clock, numbers, name, theirs))
    process.start()
    theirs.close()
    try:
        ours.recv()
    except EOFError:
        raise AssertionError(f"it never came to {place}") from None
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -signal.SIGKILL
    _give_up_transactions(deployed, name)


def _give_up_transactions(deployed: Settings, name: str) -> None:
    left = {"appName": name, "transaction": {"$exists": True}}
    with MongoClient[dict[str, Any]](deployed.mongodb_uri) as asking:
        found = asking.admin.aggregate([{"$currentOp": {"idleSessions": True}}, {"$match": left}])
        if sessions := [{"id": each["lsid"]["id"]} for each in found]:
            asking.admin.command("killSessions", sessions)


@dataclass(frozen=True, slots=True)
class _Standing:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def _step(
    deployed: Settings,
    service: str,
    name: str,
    place: Place,
    clock: Clock | None,
    numbers: Mapping[str, int],
    known_as: str,
    standing: Connection,
) -> None:
    connecting = client.MongoClient
    client.MongoClient = lambda uri, **more: connecting(uri, **more | {"appname": known_as})  # type: ignore[assignment, misc]
    foundation = lay(deployed, service, clock)
    build = import_module(f"services.{service}.app").build
    module, _, names = place.name.partition(":")
    for each, number in numbers.items():
        setattr(import_module(module), each, number)
    *path, attribute = names.split(".")
    owner = reduce(getattr, path, import_module(module))
    setattr(owner, attribute, _stands_still(getattr(owner, attribute), place, standing))
    [work] = [each for each in build(foundation).due if each.name == name]
    DueLoop(foundation.unit_of_work, [work], foundation.clock).step(work)


def _stands_still(made: Callable[..., Any], place: Place, standing: Connection) -> Callable[..., Any]:
    calls = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        *others, last = given or (None,)
        if place.when == "half" and len(last) < _LARGE:
            return made(*given, **named)
        calls += 1
        if calls < place.call:
            return made(*given, **named)
        if place.when == "half":
            made(*others, last[: len(last) // 2])
        elif place.when == "after":
            made(*given, **named)
        standing.send("it stands still")
        return threading.Event().wait()

    return counted
