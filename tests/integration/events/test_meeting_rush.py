"""Everybody asks in the first minute after the schedule opens: over HTTP, of a process as it is run in production."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.examples import THOROUGH
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import Encounters
from tests.integration.messaging.conftest import eventually
from tests.integration.messaging.processes import Asked, process

PEOPLE = 2_000 if THOROUGH else 200
POPULAR = PEOPLE // 10
_SLOTS = 12
_AT_ONCE = 24
"""Connections: enough that the process has more to do than it can at every moment."""


def test_all_who_ask_at_once_are_answered_and_nobody_is_asked_twice_for_one_time(bench: Bench, tmp_path: Path) -> None:
    there = Encounters(bench, slots=_SLOTS, tables=100)
    people = [new_id() for _ in range(PEOPLE)]
    for first in range(0, PEOPLE, 500):
        bench.handle([bench.member_message(each) for each in people[first : first + 500]])
    _come(bench, there, people)
    chance = random.Random(1)
    asked = [
        # Half of them want one of the few whom everybody wants to meet, and the first slots are the most wanted.
        (asker, chance.choice(people[: POPULAR if chance.random() < 0.5 else PEOPLE]), int(chance.triangular(0, 12, 0)))
        for asker in people
    ]
    asked = [(asker, invitee, slot) for asker, invitee, slot in asked if asker != invitee]
    port = Asked()
    own = {
        "ITHACA_PORT": str(port.port),
        "ITHACA_ISSUER": bench.settings.issuer,
        "ITHACA_JWKS_URL": bench.settings.jwks_url,
        "ITHACA_DATA": str(tmp_path),
        "ITHACA_HEALTH_PORT": "0",
    }
    with (
        process("web", bench.settings, tmp_path, own, module="cli.main run events --role") as web,
        urllib3.PoolManager(maxsize=_AT_ONCE, retries=False, timeout=60.0) as pool,
    ):
        eventually(lambda: port.answers(web))

        def ask(wish: tuple[str, str, int]) -> int:
            asker, invitee, slot = wish
            answer = pool.request(
                "POST",
                f"http://127.0.0.1:{port.port}/v1/events/{there.event_id}/meetings",
                headers=bench.issuer.headers("member", tenant=bench.tenant, sub=asker),
                json={"invitee_id": invitee, "slot_id": there.slot_ids[slot]},
            )
            return answer.status

        with ThreadPoolExecutor(_AT_ONCE) as many:
            answers = Counter(many.map(ask, asked))
        assert answers.keys() <= {201, 409, 429}, answers
        assert min(answers[201], answers[409]) > PEOPLE // 20, answers
        there.require_consistent()
        assert bench.foundation.database["meetings"].count_documents({"event_id": there.event_id}) == answers[201]


def _come(bench: Bench, there: Encounters, people: list[str]) -> None:
    """Lets all of them attend, as their registrations would: those are not what is put to the test here."""

    def attend(transaction: Transaction) -> None:
        attending = {(there.event_id, each): [True] for each in people}
        there.store.attendance.set(transaction.session, transaction.tenant, attending, transaction.now)

    bench.foundation.unit_of_work.run(attend, tenant=bench.tenant)
