"""Who fits a mentee best, from memory; whoever is shown is looked at once more before."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.matching.commands.assemble_pool import monday_of
from services.matching.domain.enrollment import Role
from services.matching.domain.response import band_of
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.pool import Criteria, Encounter, Pool, unordered
from services.matching.engine.suggestions import Suggestion, told_pair
from services.matching.live.askers import Mentee
from services.matching.live.memory import Memory
from services.matching.live.segment import DoesNotFit
from services.matching.store import Store
from services.matching.store.moments import Caller
from shared.telemetry.metrics import LIVE_ANSWERS

_SPARE = 4
"""So many more are found than wanted: some may be full by now, or were asked or paired before."""
_WIDER = 4


def recommend_from_memory(
    store: Store,
    memory: Memory,
    tenant: str,
    program_id: str,
    mentee_id: str,
    count: int,
    now: datetime,
    *,
    told_to_staff: bool,
) -> Sequence[Suggestion] | None:
    """Up to `count` mentors, best first; None where memory cannot say: not of this program, or not of this member.

    Scores may be a second old. Whom the mentee has asked or was paired with, and whether the mentors have a seat and
    take part, is as of this moment, and so is all that the reasons tell.
    """
    index = memory.program(tenant, program_id, monday_of(now))
    if index is None:
        return None
    names = memory.names_of(mentee_id) if index.knows_events else ()
    program, mentee = index.program, index.askers.find(tenant, mentee_id)
    if program is None or mentee is None:
        caller = store.moments.caller(tenant, program_id, mentee_id, names)
        if caller is None:
            return None
        program, mentee = caller.program, _mentee(store, tenant, caller)
    k = count + _SPARE
    while True:
        earlier = store.programs.cycles_before(program, program.rules.not_paired_in_cycles or 0)
        programs = [program_id, *(cycle.id for cycle in earlier)]
        criteria = Criteria(program.rules, program.weights, program.format)
        try:
            found, gatherings = index.best(mentee.member, mentee.events, criteria, k, mentee.met)
        except DoesNotFit:
            return None
        staged = index.staged_with(mentee_id)
        mentors = [each.member_id for each in found if each.member_id not in staged]
        read_at = time.monotonic()
        read = store.moments.both(tenant, programs, mentee_id, names, mentors, count)
        if read is None or Role.MENTEE not in read[0].seats:
            return None
        caller, known = read
        now_asking = _mentee(store, tenant, caller)
        if program != caller.program or not index.askers.is_still(mentee, now_asking):
            # What the search went by has changed: it is done again by what was just read.
            program = index.program = caller.program
            mentee = now_asking
            continue
        index.program = program
        index.askers.keep(now_asking, read_at)
        if len(known.members) == count or len(found) < k:
            break
        k *= _WIDER
    LIVE_ANSWERS.labels("memory").inc()
    if not mentee.member.may_start_something or caller.seats[Role.MENTEE] - known.taken - index.staged(mentee_id) <= 0:
        return ()
    pool = Pool(
        (),
        (),
        index.monday,
        encounters={unordered(mentee_id, each): Encounter.MET for each in mentee.met},
        gatherings=tuple(there | {mentee_id} for there in gatherings.values()),
    )
    lexicon = index.lexicon
    audience = Audience.STAFF if told_to_staff else Audience.MENTEE
    shown = [each for each in found if each.member_id in known.members]
    fewest = program.settings.fewest_answers
    return tuple(
        replace(
            told_pair(
                pool, known.members[who], mentee.member, score, points, lexicon, visible_to_participants, audience
            ),
            response_band=band_of(known.answer_hours[who], fewest),
        )
        for score, who, points in shown
    )


def _mentee(store: Store, tenant: str, caller: Caller) -> Mentee:
    """Whoever asks, with whom they have met by the ids that these have now."""
    met = store.merges.survivors(tenant, caller.met).values() if caller.met else ()
    return Mentee(caller.member, caller.events, frozenset(met) - {caller.member.id})
