"""Descriptors of files: a process may have far fewer at first than it may ask for, and a connection takes one."""

import resource

from shared.telemetry.logs import logger

_BESIDE = 512
"""For the database, logs and files."""

_log = logger(__name__)


def make_room_for(connections: int) -> None:
    """Raises the process's own limit, as far as it may, so that it can hold so many connections; warns where it cannot.

    Beyond the limit no connection is taken, the one that asks for the process's health neither.
    """
    wanted = connections + _BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    if granted < wanted:
        _log.warning("too_few_descriptors", granted=granted, wanted=wanted)
