"""What a member's registrations say about the member.

A pure function of the newest record of each registration, so that neither order nor repetition of records shows in it.
"""

import dataclasses
from collections.abc import Sequence

from services.profiles.domain.member import Goal, Member
from services.profiles.domain.registration import Registration, Told
from shared.contracts.vocabulary import ROLES


def portrayed(member: Member, registrations: Sequence[Registration]) -> Member:
    """The member as these registrations, all that are theirs, describe them.

    A provisional member is what the newest records say; one left without any stays as they were. For a registered
    member records add roles, and goals and skills where the member has none of their own.
    """
    if member.provisional and not registrations:
        return member
    told = [each.told for each in sorted(registrations, key=lambda each: each.age, reverse=True) if each.told]
    if member.provisional:
        member = _described(member, told)
    roles, goals, skills = member.roles, member.goals, member.skills
    if "roles" not in member.said:
        wanted = {*member.own_roles, *(role for each in told for role in each.roles)}
        roles = tuple(role for role in ROLES if role in wanted)
    if "goals" not in member.said:
        goals = tuple(Goal(text) for text in next((each.goals for each in told if each.goals), ()))
    if "skills" not in member.said:
        skills = next((each.skills for each in told if each.skills), ())
    return dataclasses.replace(member, roles=roles, goals=goals, skills=skills)


def _described(member: Member, told: Sequence[Told]) -> Member:
    given, family = next(((t.given_name, t.family_name) for t in told if t.folded_name), ("", ""))
    return dataclasses.replace(
        member,
        given_name=given,
        family_name=family,
        email=next((each.email for each in told if each.email), None),
        organization=next((each.organization for each in told if each.organization), None),
        job_title=next((each.job_title for each in told if each.job_title), None),
        locale=next((each.locale for each in told if each.locale), None),
    )
