"""What profiles tell of a member is kept, as far as it decides who fits whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.matching.domain.member import Day, Language, Member, Membership, Side, Skill, Window
from services.matching.domain.stated_goal import StatedGoal
from services.matching.store import Store
from services.matching.themes.themes import Themes
from shared.contracts.sign_in import sign_ins
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def copy_member(transaction: Transaction, store: Store, themes: Themes, message: Message) -> bool:
    """The copy follows the member; of one who was erased or merged into another, nothing is kept but into whom.

    Whether who the member is has changed by it: merged, or there again.
    """
    session, tenant = transaction.session, transaction.tenant
    into = (message.data or {}).get("merged_into")
    if into is not None:
        store.copies.forget(session, tenant, message.key)
        store.merges.learn(session, tenant, message.key, into)
        return True
    back = store.merges.forget(session, tenant, [message.key])
    if message.data is None:
        store.copies.forget(session, tenant, message.key)
        return False
    member = _about(themes, _member(message.data, tenant, message.version or 0, transaction.now))
    store.copies.put(session, member.barred() if store.measures.bar(session, tenant, member.id) else member)
    return back


def read_texts(themes: Themes, messages: Sequence[Message]) -> None:
    """Finds out what the texts of members are about, some milliseconds each: known by then, when copies are made."""
    for message in messages:
        data = message.data or {}
        themes.of(_goals(data))
        themes.of(_offered(_skills(data)))


def _about(themes: Themes, member: Member) -> Member:
    """With what its texts are about."""
    return replace(member, goal_themes=themes.of(member.goals), skill_themes=themes.of(_offered(member.skills)))


def _offered(skills: Iterable[Skill]) -> Iterable[str]:
    return (skill.label for skill in skills if skill.side is Side.OFFERS)


def _goals(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(each["text"] for each in data.get("goals") or ())


def _skills(data: Mapping[str, Any]) -> tuple[Skill, ...]:
    return tuple(
        Skill(each["label"], Side(each["side"]), int(each["level"]), each.get("id"))
        for each in data.get("skills") or ()
    )


def _member(data: Mapping[str, Any], tenant: str, version: int, now: datetime) -> Member:
    return Member(
        id=data["id"],
        tenant=tenant,
        version=version,
        updated_at=now,
        name=f"{data['given_name']} {data['family_name']}".strip(),
        organization=data.get("organization"),
        industry=data.get("industry"),
        seniority=data.get("seniority"),
        time_zone=data.get("time_zone"),
        groups=tuple(data.get("groups") or ()),
        languages=tuple(Language(each["code"], int(each["level"])) for each in data.get("languages") or ()),
        skills=_skills(data),
        goals=_goals(data),
        detailed_goals=tuple(
            StatedGoal(each["text"], each.get("measure"), each.get("target_date"))
            for each in data.get("goals") or ()
            if each.get("measure") or each.get("target_date")
        ),
        availability=tuple(
            Window(Day(each["day"]), each["from"], each["to"]) for each in data.get("availability") or ()
        ),
        frequency=data.get("frequency"),
        format=data.get("format"),
        membership=Membership(data.get("membership") or Membership.ACTIVE),
        verified=tuple(data.get("verified") or ()),
        visibility=dict(data.get("visibility") or {}),
        sign_ins=sign_ins(data),
    )
