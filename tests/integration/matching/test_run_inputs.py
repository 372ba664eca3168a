"""What a match run is computed from comes back from the database as it was."""

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import Unmatched
from services.matching.engine.pool import Criteria, Pool
from services.matching.store import run_inputs
from services.matching.store.run_inputs import Input
from shared.contracts.sign_in import SignIn
from shared.ids import new_id
from shared.storage.repository import converter
from tests.examples import tried
from tests.integration.matching.association import TENANT, Association
from tests.unit.matching.crowds import all_criteria, crowds
from tests.unit.matching.people import person, pool


def keep(association: Association, given_input: Input) -> str:
    run_id, inputs, now = new_id(), association.store.run_inputs, association.clock.now()
    association.foundation.database[run_inputs.COLLECTION].delete_many({})
    for role, places in ((Role.MENTOR, given_input.pool.mentors), (Role.MENTEE, given_input.pool.mentees)):
        copies = [({"_id": place.member.id, **converter.unstructure(place.member)}, place.capacity) for place in places]
        inputs.add_places(run_id, "mark", TENANT, role, copies, now)
    inputs.add_rest(run_id, "mark", TENANT, given_input, now)
    assert not inputs.is_whole(run_id)
    association.in_transaction(
        lambda current: inputs.complete(current.session, run_id, "mark", TENANT, given_input, now)
    )
    assert inputs.is_whole(run_id)
    return run_id


def by_id(people: Pool) -> Pool:
    mentors, mentees = (tuple(sorted(side, key=lambda p: p.member.id)) for side in (people.mentors, people.mentees))
    return dataclasses.replace(people, mentors=mentors, mentees=mentees)


@settings(max_examples=tried(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowds(), all_criteria(), st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=3))
def test_an_input_is_read_as_it_was_kept(
    association: Association, people: Pool, criteria: Criteria, pairs: list[tuple[str, str]]
) -> None:
    absent = tuple(Unmatched(one, "mentee", other) for one, other in pairs)
    kept = Input(people, criteria, tuple(pairs), absent)
    found = association.store.run_inputs.read(keep(association, kept))
    assert dataclasses.replace(found, pool=by_id(found.pool)) == dataclasses.replace(kept, pool=by_id(kept.pool))


def test_what_is_too_much_for_a_document_is_kept_in_several(association: Association) -> None:
    pairs = frozenset((f"a{number}", f"b{number}") for number in range(2 * run_inputs._ROWS + 1))
    there = frozenset(f"a{number}" for number in range(run_inputs._ROWS + 1))
    people = pool([person("a")], [person("b")], paired_before=pairs, gatherings=(there, frozenset({"b"})))
    kept = Input(people, Criteria(), (), ())
    assert association.store.run_inputs.read(keep(association, kept)) == kept


def test_how_somebody_signs_in_is_not_kept(association: Association) -> None:
    member = person("a", sign_ins=(SignIn("issuer", "zymurgy", 1),))
    run_id = keep(association, Input(pool([member], []), Criteria(), (), ()))
    [place] = association.store.run_inputs.read(run_id).pool.mentors
    assert place.member == dataclasses.replace(member, sign_ins=())
