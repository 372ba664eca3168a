"""Asking in a program whose rule is that two share an organization, or that they do not."""

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format, OrganizationRule, Program, Rules
from shared.ids import new_id
from tests.integration.matching.asking import ask
from tests.integration.matching.association import Association

REQUIRED, FORBIDDEN = OrganizationRule.REQUIRED, OrganizationRule.FORBIDDEN


def ruled(association: Association, rule: OrganizationRule, form: Format = Format.ONE_TO_ONE) -> Program:
    return association.program(rules=Rules(organization=rule), format=form)


def of(association: Association, program: Program, role: Role, organization: str | None, shown: str = "all") -> str:
    member = association.member(organization=organization, visibility={"organization": shown})
    association.enroll(program, member, role)
    return member


def test_whom_a_run_would_not_pair_one_with_one_does_not_ask(association: Association) -> None:
    everybody = ("Port", " PORT", "Shipyard", None)
    for rule, taken, told in (
        (REQUIRED, {"Port", " PORT"}, "people of the same organization only"),
        (FORBIDDEN, {"Shipyard", None}, "people of different organizations only"),
        (OrganizationRule.PREFERRED, set(everybody), ""),
        (OrganizationRule.AVOIDED, set(everybody), ""),
    ):
        program = ruled(association, rule)
        mentee = of(association, program, Role.MENTEE, "Port")
        for organization in everybody:
            answer = ask(association, program, mentee, of(association, program, Role.MENTOR, organization))
            assert answer.status_code == (201 if organization in taken else 409), (rule, organization)
            assert organization in taken or told in answer.json["detail"]


def test_one_mentor_of_a_list_against_the_rule_leaves_nobody_asked(association: Association) -> None:
    program = ruled(association, FORBIDDEN)
    mentee = of(association, program, Role.MENTEE, "Port")
    others, own = (of(association, program, Role.MENTOR, each) for each in ("Shipyard", "Port"))
    assert ask(association, program, mentee, others, own).status_code == 409
    assert association.call(mentee, "GET", "/v1/requests").json["items"] == []


def test_a_mentor_s_hidden_organization_is_not_told_by_the_refusal(association: Association) -> None:
    for rule, organization in ((REQUIRED, "Shipyard"), (FORBIDDEN, "Port")):
        program = ruled(association, rule)
        mentee = of(association, program, Role.MENTEE, "Port")
        answer = ask(association, program, mentee, of(association, program, Role.MENTOR, organization, shown="nobody"))
        assert (answer.status_code, "takes no part" in answer.json["detail"]) == (409, True)
        assert "organization" not in answer.json["detail"]


def test_whom_profiles_have_not_told_of_yet_is_asked(association: Association) -> None:
    program, mentor = ruled(association, REQUIRED), new_id()
    mentee = of(association, program, Role.MENTEE, "Port")
    association.enroll(program, mentor, Role.MENTOR)
    assert ask(association, program, mentee, mentor).status_code == 201


def test_peers_ask_by_the_same_rule(association: Association) -> None:
    program = ruled(association, REQUIRED, Format.PEER)
    ada, ben, cleo = (of(association, program, Role.MENTOR, each) for each in ("Port", "Port", "Shipyard"))
    assert ask(association, program, ada, cleo).status_code == 409
    assert ask(association, program, ada, ben).status_code == 201
