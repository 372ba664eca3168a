"""Who fits a member best, from memory; whoever is shown is looked at once more before."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime

from services.matching.commands.assemble_pool import monday_of
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format
from services.matching.domain.response import band_of
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria, Encounter, Pool, unordered
from services.matching.engine.suggestions import Suggestion, told_pair
from services.matching.live.askers import Asking
from services.matching.live.index import ProgramIndex
from services.matching.live.memory import BeingPrepared, Memory
from services.matching.live.segment import DoesNotFit
from services.matching.store import Store
from services.matching.store.moments import Caller
from shared.telemetry.metrics import LIVE_ANSWERS

_SPARE = 4
"""So many more are found than wanted: some may be full by now, or were asked or paired before."""
_WIDER = 2
_MOST = 1_000
"""Whoever has had more of a program's people than that is answered by reading it."""


def recommend_from_memory(
    store: Store,
    memory: Memory,
    tenant: str,
    program_id: str,
    member_id: str,
    role: Role,
    count: int,
    now: datetime,
    *,
    told_to_staff: bool,
) -> Sequence[Suggestion] | None:
    """Up to `count` partners of a member in this role, best first.

    None where memory cannot say: not of this program, or not of this member in this role; nor of peers, since it holds
    how mentors fit a mentee, not both ways. Scores, and the program's rules and settings, may be a second old. Whom the
    member has asked, was asked by or paired with, and whether the partners have a seat and take part, is as of this
    moment, and so is all that the reasons tell. Raises BeingPrepared where the member takes part in a program too large
    to be read, which memory does not have yet.
    """
    index = _index(store, memory, tenant, program_id, member_id, role, now)
    if index is None or (program := index.program) is None or program.format is Format.PEER:
        return None
    names = memory.names_of(member_id) if index.knows_events else ()
    asker = index.askers.find(tenant, member_id) or _read(store, tenant, program_id, member_id, names)
    earlier = store.programs.cycles_before(program, program.rules.not_paired_in_cycles or 0)
    programs = [program_id, *(cycle.id for cycle in earlier)]
    criteria = Criteria(program.rules, program.weights, program.format)
    k = count + _SPARE
    while asker is not None and k <= _MOST:
        try:
            found, gatherings = index.best(asker.member, asker.events, criteria, k, asker.met)
        except DoesNotFit:
            return None
        staged = index.staged_with(member_id)
        partners = [each.member_id for each in found if each.member_id not in staged]
        read_at = time.monotonic()
        read = store.moments.both(tenant, programs, (member_id, role), names, partners, count)
        if read is None or role not in read[0].seats:
            return None
        caller, known = read
        before, asker = asker, _asking(store, tenant, caller)
        if asker.packed != before.packed:
            continue  # What the search went by has changed: it is done again by what was just read.
        index.askers.keep(asker, read_at)
        if len(known.members) < count and len(found) == k:
            k = max(_WIDER * k, count + _SPARE + known.barred)
            continue
        LIVE_ANSWERS.labels("memory").inc()
        if not asker.member.may_start_something or caller.seats[role] - known.taken - index.staged(member_id) <= 0:
            return ()
        pool = Pool(
            (),
            (),
            index.monday,
            encounters={unordered(member_id, each): Encounter.MET for each in asker.met},
            gatherings=tuple(there | {member_id} for there in gatherings.values()),
        )
        lexicon, visible = index.lexicon, visible_to_participants
        audience = Audience.STAFF if told_to_staff else Audience(role.value)
        fewest = program.settings.fewest_answers
        told = []
        for score, who, points in found:
            if (partner := known.members.get(who)) is None:
                continue
            mentor, mentee = (partner, asker.member) if role is Role.MENTEE else (asker.member, partner)
            band = band_of(known.answer_hours[who], fewest) if role is Role.MENTEE else None
            told.append(told_pair(pool, mentor, mentee, score, points, lexicon, visible, audience, band))
        return told
    return None


def _index(
    store: Store, memory: Memory, tenant: str, program_id: str, member_id: str, role: Role, now: datetime
) -> ProgramIndex | None:
    other_side = Role.MENTOR if role is Role.MENTEE else Role.MENTEE
    try:
        return memory.program(tenant, program_id, monday_of(now), other_side)
    except BeingPrepared:
        if store.enrollments.is_approved(tenant, program_id, member_id, role):
            LIVE_ANSWERS.labels("none").inc()
            raise
        return None  # what is said of those who take no part does not depend on it


def _read(store: Store, tenant: str, program_id: str, member_id: str, names: Collection[str]) -> Asking | None:
    caller = store.moments.caller(tenant, program_id, member_id, names)
    return None if caller is None else _asking(store, tenant, caller)


def _asking(store: Store, tenant: str, caller: Caller) -> Asking:
    """Whoever asks, with whom they have met by the ids that these have now."""
    met = store.merges.survivors(tenant, caller.met).values() if caller.met else ()
    return Asking.of(caller.member, caller.events, frozenset(met) - {caller.member.id})
