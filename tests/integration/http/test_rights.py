"""The rights table of the contract, tried on every operation that the services say they have."""

import re

import pytest

from shared.web.access import ROLES
from tests.integration.http.conftest import Surface
from tests.integration.http.operations import Operation, operations

MEMBER, COORDINATOR, ORGANIZER, INTEGRATOR, OPERATOR = ROLES
EVERYONE_OF_THE_TENANT = (MEMBER, COORDINATOR, ORGANIZER, INTEGRATOR)

READ, WRITE = ("GET",), ("POST", "PUT", "PATCH", "DELETE")

RIGHTS: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    # Operators: what runs, of all tenants, and nothing of what the associations do.
    ("any", READ + WRITE, r"/ops/.+", (OPERATOR,)),
    # What a service holds of a member is for the member, and for coordinators, who also read what staff did.
    ("any", READ, r"/v1/members/\{\w+\}/export-share", (MEMBER, COORDINATOR)),
    ("any", READ, r"/v1/audit", (COORDINATOR,)),
    ("profiles", ("GET", "POST"), r"/v1/members/\{\w+\}/export", (MEMBER, COORDINATOR)),
    ("profiles", READ, r"/v1/members/\{\w+\}/export/archive", (MEMBER, COORDINATOR)),
    # Profiles: members see each other as far as they may, and change themselves; coordinators keep the register.
    ("profiles", ("POST",), r"/v1/members", (COORDINATOR,)),
    ("profiles", ("POST",), r"/v1/members/claim", (MEMBER,)),
    ("profiles", READ, r"/v1/merge-candidates", (COORDINATOR,)),
    ("profiles", ("POST",), r"/v1/members/\{\w+\}/(merge|unmerge)", (COORDINATOR,)),
    ("profiles", ("GET", "POST"), r"/v1/imports", (COORDINATOR, INTEGRATOR)),
    ("profiles", READ, r"/v1/imports/\{\w+\}", (COORDINATOR, INTEGRATOR)),
    ("profiles", ("POST",), r"/v1/imports/\{\w+\}/approve", (COORDINATOR,)),
    ("profiles", READ, r"/v1/members(/me|/\{\w+\})?", (MEMBER, COORDINATOR)),
    ("profiles", READ, r"/v1/members/me/met", (MEMBER,)),
    ("profiles", ("PATCH",), r"/v1/members/(me|\{\w+\})", (MEMBER, COORDINATOR)),
    ("profiles", ("DELETE",), r"/v1/members/\{\w+\}", (MEMBER, COORDINATOR)),
    ("profiles", READ, r"/v1/erasures/\{\w+\}", (MEMBER, COORDINATOR)),
    ("profiles", READ, r"/v1/groups(/\{\w+\})?", EVERYONE_OF_THE_TENANT),
    ("profiles", ("POST", "PATCH"), r"/v1/groups(/\{\w+\})?", (COORDINATOR,)),
    ("profiles", WRITE, r"/v1/groups/\{\w+\}/members/me", (MEMBER,)),
    ("profiles", WRITE, r"/v1/groups/\{\w+\}/members/\{\w+\}", (COORDINATOR,)),
    ("profiles", READ, r"/v1/association", EVERYONE_OF_THE_TENANT),
    ("profiles", ("PUT",), r"/v1/association", (COORDINATOR,)),
    ("profiles", READ, r"/v1/skills", EVERYONE_OF_THE_TENANT),
    # Matching: programs, runs and proposals are the coordinators'; members see programs and whom to ask.
    ("matching", READ, r"/v1/programs(/\{\w+\})?", (MEMBER, COORDINATOR)),
    ("matching", WRITE, r"/v1/programs(/\{\w+\}(/(open|close|start|complete|cancel))?)?", (COORDINATOR,)),
    ("matching", READ + WRITE, r"/v1/programs/\{\w+\}/enrollments", (MEMBER, COORDINATOR)),
    ("matching", READ + WRITE, r"/v1/enrollments/\{\w+\}", (MEMBER, COORDINATOR)),
    ("matching", READ, r"/v1/programs/\{\w+\}/(goal-prompts|recommendations)", (MEMBER, COORDINATOR)),
    ("matching", READ, r"/v1/programs/\{\w+\}/(health|report)", (COORDINATOR,)),
    ("matching", READ + WRITE, r"/v1/programs/\{\w+\}/match-runs", (COORDINATOR,)),
    ("matching", READ + WRITE, r"/v1/match-runs/\{\w+\}(/\w+)?", (COORDINATOR,)),
    ("matching", READ + WRITE, r"/v1/proposals/\{\w+\}", (COORDINATOR,)),
    # Asking is between the two; coordinators see that it happens.
    ("matching", READ, r"/v1/requests(/\{\w+\})?", (MEMBER, COORDINATOR)),
    ("matching", WRITE, r"/v1/requests(/\{\w+\}/(view|ask|answer|accept|decline|withdraw))?", (MEMBER,)),
    # Of a mentorship a coordinator sees and changes state and dates, never its content.
    ("matching", READ, r"/v1/mentorships(/\{\w+\})?", (MEMBER, COORDINATOR)),
    ("matching", WRITE, r"/v1/mentorships/\{\w+\}/(hold|resume|complete|end)", (MEMBER, COORDINATOR)),
    (
        "matching",
        READ + WRITE,
        r"/v1/mentorships/\{\w+\}/(agreement(/(sign|draft|versions))?|agenda|sessions(/slots|/\{\w+\})?|milestones(/\{\w+\})?|appreciations|feedback)",
        (MEMBER,),
    ),
    ("matching", WRITE, r"/v1/mentorships/\{\w+\}/(extend|rematch)", (MEMBER,)),
    (
        "matching",
        READ + WRITE,
        r"/v1/mentorships/\{\w+\}/(goals(/\{\w+\}(/progress)?)?|ratings|plan(/\{\w+\})?)",
        (MEMBER,),
    ),
    ("matching", READ + WRITE, r"/v1/templates(/\{\w+\}(/(plans|update-plans))?)?", (COORDINATOR,)),
    # Whom a member blocks is theirs alone.
    ("matching", READ + WRITE, r"/v1/blocks(/\{\w+\})?", (MEMBER,)),
    ("matching", READ + WRITE, r"/v1/mentorships/\{\w+\}/sessions/\{\w+\}/(attendance|private-notes)", (MEMBER,)),
    ("matching", WRITE, r"/v1/mentorships/\{\w+\}/sessions/\{\w+\}/actions/\{\w+\}", (MEMBER,)),
    ("matching", READ, r"/v1/programs/\{\w+\}/attendance", (COORDINATOR,)),
    ("matching", WRITE, r"/v1/appreciations/\{\w+\}/consent", (MEMBER,)),
    ("matching", READ, r"/v1/appreciations", (MEMBER, COORDINATOR)),
    ("matching", READ, r"/v1/circle", (MEMBER,)),
    ("matching", READ, r"/v1/programs/\{\w+\}/feedback(/comments)?", (COORDINATOR,)),
    ("matching", WRITE, r"/v1/mentorships/\{\w+\}/introductions", (MEMBER,)),
    ("matching", READ, r"/v1/introductions(/\{\w+\})?", (MEMBER,)),
    ("matching", WRITE, r"/v1/introductions/\{\w+\}/(accept|decline|withdraw)", (MEMBER,)),
    ("matching", READ + WRITE, r"/v1/mentorships/\{\w+\}/(resources|opportunities)", (MEMBER,)),
    ("matching", READ + WRITE, r"/v1/programs/\{\w+\}/(resources|opportunities)", (MEMBER, COORDINATOR)),
    ("matching", READ, r"/v1/programs/\{\w+\}/announcements", (MEMBER, COORDINATOR)),
    ("matching", WRITE, r"/v1/programs/\{\w+\}/announcements", (COORDINATOR,)),
    ("matching", WRITE, r"/v1/(resources|opportunities)/\{\w+\}", (MEMBER, COORDINATOR)),
    ("matching", WRITE, r"/v1/announcements/\{\w+\}", (COORDINATOR,)),
    ("matching", (*READ, "PATCH"), r"/v1/tasks(/\{\w+\})?", (MEMBER, COORDINATOR)),
    # Members report, coordinators decide; who is reported reads nothing of it, and appeals against what came of it.
    ("matching", READ, r"/v1/(reports|measures)(/\{\w+\})?", (MEMBER, COORDINATOR)),
    ("matching", ("POST",), r"/v1/(reports|measures/\{\w+\}/appeal)", (MEMBER,)),
    ("matching", ("PATCH",), r"/v1/(reports|measures)/\{\w+\}", (COORDINATOR,)),
    # Events: organizers run them; everyone of the tenant may know that there is one.
    ("events", READ, r"/v1/events(/\{\w+\})?", EVERYONE_OF_THE_TENANT),
    ("events", READ, r"/v1/events/\{\w+\}/calendar\.ics", EVERYONE_OF_THE_TENANT),
    ("events", WRITE, r"/v1/calendars", (MEMBER,)),
    ("events", WRITE, r"/v1/events(/\{\w+\}(/(publish|cancel))?)?", (ORGANIZER,)),
    ("events", READ, r"/v1/events/\{\w+\}/registrations", (MEMBER, ORGANIZER)),
    ("events", ("POST",), r"/v1/events/\{\w+\}/registrations", (MEMBER,)),
    ("events", READ + WRITE, r"/v1/registrations/\{\w+\}", (MEMBER, ORGANIZER)),
    ("events", WRITE, r"/v1/registrations/\{\w+\}/check-in", (ORGANIZER,)),
    ("events", ("POST",), r"/v1/registrations/\{\w+\}/accept-offer", (MEMBER,)),
    ("events", ("POST",), r"/v1/events/\{\w+\}/attendees", (ORGANIZER, INTEGRATOR)),
    ("events", READ, r"/v1/(imports(/\{\w+\})?|rejections|unmapped)", (ORGANIZER, INTEGRATOR)),
    ("events", READ + WRITE, r"/v1/sources(/\{\w+\}(/sync)?)?", (ORGANIZER, INTEGRATOR)),
    # Organizers say when, where and who; whom one meets is for the two, and whom one would rather not, one's own.
    ("events", READ, r"/v1/events/\{\w+\}/slots", (MEMBER, ORGANIZER)),
    ("events", ("PUT",), r"/v1/events/\{\w+\}/slots", (ORGANIZER,)),
    ("events", READ + WRITE, r"/v1/events/\{\w+\}/groups", (ORGANIZER,)),
    ("events", READ + WRITE, r"/v1/events/\{\w+\}/wishes", (MEMBER,)),
    ("events", READ, r"/v1/(events/\{\w+\}/meetings|meetings/\{\w+\})", (MEMBER, ORGANIZER)),
    ("events", ("POST",), r"/v1/(events/\{\w+\}/meetings|meetings/\{\w+\}/(accept|decline|counter))", (MEMBER,)),
    ("events", ("POST",), r"/v1/meetings/\{\w+\}/cancel", (MEMBER, ORGANIZER)),
    # Organizers have speed rounds planned, look at everybody's plan and put it on screens; members read their own.
    ("events", READ, r"/v1/events/\{\w+\}/rounds(/\{\w+\}(/plan)?)?", (MEMBER, ORGANIZER)),
    ("events", WRITE, r"/v1/events/\{\w+\}/rounds(/\{\w+\}/(publish|replan|cancel|links))?", (ORGANIZER,)),
    # A plan is the organizer's until it is out; then each of its meetings is of its two.
    ("events", READ + WRITE, r"/v1/events/\{\w+\}/schedule(/(publish|meetings(/\{\w+\})?))?", (ORGANIZER,)),
    ("events", READ, r"/v1/(events/\{\w+\}/topics|topics/\{\w+\})", (MEMBER, ORGANIZER)),
    ("events", ("POST",), r"/v1/(events/\{\w+\}/topics|topics/\{\w+\}/(join|leave))", (MEMBER,)),
    ("events", WRITE, r"/v1/topics/\{\w+\}(/cancel)?", (MEMBER, ORGANIZER)),
    ("events", READ, r"/v1/events/\{\w+\}/corner", (MEMBER, ORGANIZER)),
    ("events", ("PUT",), r"/v1/events/\{\w+\}/corner", (ORGANIZER,)),
    ("events", ("PUT", "POST"), r"/v1/events/\{\w+\}/corner/(offers|bookings)", (MEMBER,)),
    # Outside systems are told by whoever joins them.
    ("notifications", READ + WRITE, r"/v1/webhooks(/\{\w+\}(/(test|rotate|deliveries))?)?", (INTEGRATOR,)),
    ("notifications", WRITE, r"/v1/webhooks/\{\w+\}/deliveries/\{\w+\}/retry", (INTEGRATOR,)),
    # Notifications: one's own inbox, and how news comes to it.
    ("notifications", ("GET", "PUT"), r"/v1/preferences", (MEMBER,)),
    ("notifications", READ + WRITE, r"/v1/inbox(/stream|/\{\w+\}/read)?", (MEMBER,)),
)
"""Service, methods, address, and who may: by hand from the contract, so that code and contract are two witnesses."""

OPERATIONS = operations()
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def allowed(operation: Operation) -> tuple[str, ...]:
    """The roles of the one row that speaks of this operation."""
    rows = [
        roles
        for service, methods, address, roles in RIGHTS
        if service in ("any", operation.service)
        and operation.method in methods
        and re.fullmatch(address, operation.path)
    ]
    assert len(rows) == 1, f"{operation} stands in {len(rows)} rows of the table: give it one"
    return rows[0]


@every_operation
def test_every_role_may_what_the_table_says_and_nothing_else(surface: Surface, operation: Operation) -> None:
    may = allowed(operation)
    for role in ROLES:
        status = surface.ask(operation, role).status_code
        if role in may:
            assert status not in (401, 403), f"{role} may, and gets {status}"
        else:
            assert status == 403, f"{role} may not, and gets {status}"


@every_operation
def test_all_the_other_roles_together_may_not_either(surface: Surface, operation: Operation) -> None:
    others = [role for role in ROLES if role not in allowed(operation)]
    assert surface.ask(operation, *others).status_code == 403


@every_operation
def test_without_a_token_or_without_a_role_nobody_may(surface: Surface, operation: Operation) -> None:
    nobody = surface.call(operation.service, operation.method, operation.address)
    assert nobody.status_code == 401
    for roles in ([], ["admin"], ["Coordinator"], [["coordinator"]]):
        headers = surface.issuer.headers(tenant=surface.tenant, roles=roles)
        answer = surface.call(operation.service, operation.method, operation.address, headers=headers)
        assert answer.status_code == 403


def test_the_table_has_no_row_that_nothing_is_under() -> None:
    for service, methods, address, _ in RIGHTS:
        found = [
            each
            for each in OPERATIONS
            if service in ("any", each.service) and each.method in methods and re.fullmatch(address, each.path)
        ]
        assert found, f"no operation is under {service} {methods} {address}"


def test_public_addresses_are_these_and_no_others() -> None:
    public = {(each.service, each.method, each.path) for each in operations(public=True)}
    assert public == {
        ("notifications", "GET", "/pages/{kind}/{subject_id}"),
        ("matching", "GET", "/pages/{act}/{grant}"),
        ("matching", "POST", "/pages/{act}/{grant}"),
        ("events", "GET", "/pages/{act}/{grant}"),
        ("events", "POST", "/pages/{act}/{grant}"),
        ("notifications", "GET", "/v1/unsubscribe/{token}"),
        ("notifications", "POST", "/v1/unsubscribe/{token}"),
        ("notifications", "POST", "/v1/bounces/{token}"),
        ("events", "GET", "/v1/hooks/{source_id}"),
        ("events", "POST", "/v1/hooks/{source_id}"),
        ("events", "POST", "/v1/hooks/{source_id}/{event_type}/{message_id}"),
        ("events", "GET", "/v1/calendars/{token}.ics"),
        ("events", "GET", "/v1/rounds/{token}/screen"),
        ("events", "GET", "/v1/rounds/{token}/room-plan"),
        ("events", "GET", "/v1/rounds/{token}/table-cards"),
        ("events", "GET", "/v1/rounds/{token}/personal-plans"),
    }
