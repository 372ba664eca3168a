"""A program that is for the members of some groups."""

from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Program, Rules
from shared.ids import new_id
from tests.integration.matching.asking import accept, ask, asked
from tests.integration.matching.association import NOON, TENANT, Association
from tests.integration.matching.telling import Ticket, record, tell

MILAN, ROME = new_id(), new_id()


def named(association: Association, tenant: str = TENANT, version: int = 1, **names: str) -> None:
    """Profiles tell of the groups."""
    ids = {"milan": MILAN, "rome": ROME}
    tell(
        association,
        *(
            record(
                "group.updated.v1",
                {"id": ids[which], "name": name, "kind": "chapter"},
                key=ids[which],
                version=version,
                at=NOON,
                tenant=tenant,
            )
            for which, name in names.items()
        ),
    )


def told_of(association: Association, member_id: str, *groups: str, version: int = 1) -> None:
    data = {"id": member_id, "given_name": "Ada", "family_name": "Okafor", "groups": list(groups)}
    tell(association, record("member.updated.v1", data, key=member_id, version=version, at=NOON))


def of_milan(association: Association, *groups: str, **fields: Any) -> Program:
    return association.program(rules=Rules(groups=groups or (MILAN,)), **fields)


def apply(association: Association, program: Program, who: str, role: str = "mentee") -> Any:
    return association.call(who, "POST", f"/v1/programs/{program.id}/enrollments", {"role": role})


def test_who_is_in_none_of_the_groups_is_told_which_and_after_joining_one_may_enroll(association: Association) -> None:
    named(association, milan="Chapter Milan", rome="Chapter Rome")
    program, ada = of_milan(association, MILAN, ROME), new_id()
    told_of(association, ada)
    refused = apply(association, program, ada)
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "This program is for members of Chapter Milan or Chapter Rome.",
    )
    told_of(association, ada, ROME, version=2)
    assert apply(association, program, ada).status_code == 201
    told_of(association, ada, version=3)
    assert apply(association, program, ada, "mentor").status_code == 409


def test_a_coordinator_enrolls_nobody_from_outside_either(association: Association) -> None:
    program, ada = of_milan(association), association.member(groups=(ROME,))
    path, body = f"/v1/programs/{program.id}/enrollments", {"member_id": ada, "role": "mentee"}
    assert association.coordinator("POST", path, body).status_code == 409
    association.tell_of(ada, groups=(ROME, MILAN))
    assert association.coordinator("POST", path, body).status_code == 201


def test_a_program_without_the_rule_is_for_everybody(association: Association) -> None:
    assert apply(association, association.program(), association.member()).status_code == 201


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ((MILAN,), "Chapter Milan"),
        ((MILAN, new_id()), "Chapter Milan or one other group"),
        ((new_id(), MILAN, new_id()), "Chapter Milan or one of 2 other groups"),
        ((ROME,), "one group"),
        ((ROME, new_id()), "one of 2 groups"),
    ],
)
def test_a_group_whose_name_is_not_known_is_counted(
    association: Association, groups: tuple[str, ...], words: str
) -> None:
    named(association, milan="Chapter Milan")
    # Another tenant's name for it is not ours to tell.
    named(association, tenant="other", rome="Secret circle")
    refused = apply(association, of_milan(association, *groups), association.member())
    assert refused.json["detail"] == f"This program is for members of {words}."


def test_a_renamed_group_is_called_by_its_new_name(association: Association) -> None:
    named(association, version=2, milan="Chapter Lombardy")
    named(association, version=1, milan="Chapter Milan")
    refused = apply(association, of_milan(association), association.member())
    assert refused.json["detail"] == "This program is for members of Chapter Lombardy."


def test_who_left_the_groups_asks_nobody_and_is_not_asked_but_what_was_asked_may_be_accepted(
    association: Association,
) -> None:
    program = of_milan(association)
    mentee, mentor, other = (association.member(groups=(MILAN,)) for _ in range(3))
    association.enroll(program, mentee, Role.MENTEE, 2)
    for each in (mentor, other):
        association.enroll(program, each, Role.MENTOR)
    [request] = asked(association, program, mentee, mentor)
    association.tell_of(other)
    refused = ask(association, program, mentee, other)
    assert (refused.status_code, "takes no part" in refused.json["detail"]) == (409, True)
    association.tell_of(mentee)
    association.tell_of(other, groups=(MILAN,))
    refused = ask(association, program, mentee, other)
    assert (refused.status_code, refused.json["detail"]) == (409, "This program is for members of one group.")
    assert accept(association, mentor, request).status_code == 200


def test_an_attendee_who_opted_in_is_enrolled_whoever_tells_first_and_asks_once_in_a_group(
    association: Association,
) -> None:
    event_id, program_kind = new_id(), {"kind": "event"}
    body = {
        "name": "Summit",
        "format": "one_to_one",
        "event_id": event_id,
        "rules": {"groups": [MILAN]},
        "settings": {"goal_required": False},
    }
    program_id = association.coordinator("POST", "/v1/programs", body | program_kind).json["id"]
    association.coordinator("POST", f"/v1/programs/{program_id}/open")
    program = association.store.programs.get(TENANT, program_id)
    mentee, mentor = new_id(), new_id()
    tell(association, Ticket(association, event_id, mentee, "mentee").confirmed())
    tell(association, Ticket(association, event_id, mentor, "mentor").confirmed())
    told_of(association, mentor, MILAN)
    told_of(association, mentee)
    assert ask(association, program, mentee, mentor).status_code == 409
    told_of(association, mentee, MILAN, version=2)
    assert ask(association, program, mentee, mentor).status_code == 201
