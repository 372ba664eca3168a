"""Whom one is asked by, or may ask, the association vouches for as far as it can."""

from typing import Any

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Language
from tests.integration.matching.asking import ask
from tests.integration.matching.association import Association
from tests.integration.matching.telling import record, tell
from tests.unit.matching.people import offers, seeks


def vouched_for(association: Association, **more: Any) -> str:
    """A member whose number, organization and job title are as the association's system has them."""
    verified = ("member_number", "organization", "job_title")
    return association.member(languages=(Language("en", 4),), verified=verified, **more)


@pytest.mark.parametrize("who", ["mentor", "mentee"])
def test_each_of_the_two_sees_what_is_verified_of_the_other_as_far_as_it_is_shown(
    association: Association, who: str
) -> None:
    """A badge that the association can give, for trust in the other person."""
    program = association.program()
    mentor = vouched_for(association, skills=offers("law", level=3))
    mentee = vouched_for(association, skills=seeks("law", level=3), visibility={"job_title": "nobody"})
    association.enroll(program, mentor, Role.MENTOR)
    association.enroll(program, mentee, Role.MENTEE)
    path = f"/v1/programs/{program.id}/recommendations?role={who}"
    caller = {"mentor": mentor, "mentee": mentee}[who]
    [suggested] = association.call(caller, "GET", path).json["items"]
    [made] = ask(association, program, mentee, mentor).json["items"]
    read = association.call(caller, "GET", f"/v1/requests/{made['id']}").json
    [listed] = association.call(caller, "GET", "/v1/requests").json["items"]
    for shown in (suggested, made, read, listed):
        assert shown["mentor_verified"] == ["member_number", "organization", "job_title"]
        assert shown["mentee_verified"] == ["member_number", "organization"]


def test_what_profiles_no_longer_vouch_for_is_shown_no_more(association: Association) -> None:
    program = association.program()
    mentor, mentee = association.mentor(program), association.mentee(program)
    [made] = ask(association, program, mentee, mentor).json["items"]
    path = f"/v1/requests/{made['id']}"
    content = {"id": mentee, "given_name": "Ada", "family_name": "Okafor"}
    for version, names in ((2, ["organization"]), (3, [])):
        at = association.clock.now()
        said = {**content, "verified": names}
        tell(association, record("member.updated.v1", said, key=mentee, version=version, at=at))
        assert association.call(mentor, "GET", path).json["mentee_verified"] == names
