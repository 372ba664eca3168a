"""Why two people fit: one English sentence for each part, naming content the reader may see and nothing else.

What one of two peers is to the other is told both ways; to staff the two are the first and the second of the pair.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from services.matching.domain.member import Member, Side
from services.matching.domain.parts import Part
from services.matching.domain.visibility import Visible
from services.matching.engine.availability import intervals, shared_minutes
from services.matching.engine.features import primary, skill_keys, topics
from services.matching.engine.lexicon import Lexicon
from services.matching.engine.pool import Encounter, Pool
from services.matching.engine.words import named, plain, tokens
from services.matching.themes.names import spoken

STEPS = ("student", "early career", "mid career", "senior", "executive")
MOST_NAMED = 5
"""So many skills or words are named in a sentence."""


class Audience(StrEnum):
    """Who reads: `you` is the reader, and the reader's own fields are never hidden from them."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class _Telling:
    """One pair as it is told to one reader."""

    pool: Pool
    mentor: Member
    mentee: Member
    audience: Audience
    visible: Visible
    lexicon: Lexicon
    turned: bool = False
    """Whether it is the second of two peers who is told of as the mentor."""

    def the_other_way(self) -> "_Telling":
        """The same two peers, the one being told of as the other was."""
        audience = _TURNED.get(self.audience, self.audience)
        return replace(self, mentor=self.mentee, mentee=self.mentor, audience=audience, turned=not self.turned)

    def shows(self, field: str) -> bool:
        """Whether the reader may see this field of both."""
        audience, visible = self.audience, self.visible  # asked for every part of ten pairs: no call more than needed
        sees_mentor = audience is Audience.MENTOR or visible(self.mentor, field)
        return sees_mentor and (audience is Audience.MENTEE or visible(self.mentee, field))

    def shows_of(self, member: Member, own: Audience, field: str) -> bool:
        return self.audience is own or self.visible(member, field)

    @property
    def both(self) -> str:
        return "they" if self.audience is Audience.STAFF else "you"

    @property
    def of_two_peers(self) -> bool:
        """Whether neither is the reader nor anybody's mentor."""
        return self.pool.peers and self.audience is Audience.STAFF

    def mentee_does(self, verb: str) -> str:
        if self.audience is Audience.MENTEE:
            return f"you {verb}"
        if self.of_two_peers:
            return f"the {'first' if self.turned else 'second'} {verb}s"
        return f"they {verb}" if self.pool.peers else f"the mentee {verb}s"

    def mentor_does(self, verb: str) -> str:
        if self.audience is Audience.MENTOR:
            return f"you {verb}"
        return f"the {'second' if self.turned else 'first'} {verb}s" if self.of_two_peers else f"{verb}s"

    @property
    def whose(self) -> str:
        """What is the mentee's."""
        if self.audience is Audience.MENTEE:
            return "your"
        if self.of_two_peers:
            return f"the {'first' if self.turned else 'second'}'s"
        return "their" if self.pool.peers else "the mentee's"


def explain(
    pool: Pool,
    mentor: Member,
    mentee: Member,
    parts: Mapping[Part, float],
    lexicon: Lexicon,
    *,
    visible: Visible,
    audience: Audience = Audience.MENTEE,
) -> tuple[str, ...]:
    """A sentence for each part in `parts` (in [0, 1]), in their order.

    A part whose content the reader may not see is told as a number. The lexicon says which words are worth naming.
    """
    telling = _Telling(pool, mentor, mentee, audience, visible, lexicon)
    return tuple(
        _told(telling, part) or f"{part} fit {share:.0%}, the details are private" for part, share in parts.items()
    )


def _told(telling: _Telling, part: Part) -> str | None:
    if not telling.pool.peers or part not in _KNOWN_ONE_WAY:
        return _SENTENCES[part](telling)
    ways = [way for way in (telling, telling.the_other_way()) if _KNOWN_ONE_WAY[part](way)]
    told = dict.fromkeys(sentence for way in ways if (sentence := _SENTENCES[part](way)) is not None)
    return "; ".join(told) or None


def _skills(telling: _Telling) -> str | None:
    if not telling.shows("skills"):
        return None
    key = skill_keys((telling.mentor, telling.mentee))
    sought = {key(skill): skill.label for skill in telling.mentee.skills if skill.side is Side.SEEKS}
    offered = {key(skill) for skill in telling.mentor.skills if skill.side is Side.OFFERS}
    common = [label for same, label in sought.items() if same in offered]
    noun = "skill" if len(sought) == 1 else "skills"
    wanted = f"the {len(sought)} {noun} {telling.mentee_does('seek')}"
    if not common:
        return f"{telling.mentor_does('offer')} none of {wanted}"
    return f"{telling.mentor_does('offer')} {len(common)} of {wanted}: {_listed(common)}"


def _goals(telling: _Telling) -> str | None:
    mentor, mentee = telling.mentor, telling.mentee
    if not telling.shows_of(mentee, Audience.MENTEE, "goals"):
        return None
    sees_goals = telling.shows_of(mentor, Audience.MENTOR, "goals")
    sees_skills = telling.shows_of(mentor, Audience.MENTOR, "skills")
    offered = [skill.label for skill in mentor.skills if skill.side is Side.OFFERS]
    seen = (*(mentor.goals if sees_goals else ()), *(offered if sees_skills else ()))
    wanted = set(chain.from_iterable(map(tokens, mentee.goals)))
    common = wanted.intersection(chain.from_iterable(map(tokens, seen)))
    if common:
        names = _listed(named(mentee.goals, telling.lexicon.telling(common)))
        return f"{telling.mentor_does('know')} about what {telling.whose} goals name: {names}"
    about = {*(mentor.goal_themes if sees_goals else ()), *(mentor.skill_themes if sees_skills else ())}
    if shared := [spoken(theme) for theme in mentee.goal_themes if theme in about]:
        return f"{telling.mentor_does('know')} about what {telling.whose} goals come close to: {_listed(shared)}"
    return "goals name nothing in common" if sees_goals and sees_skills else None


def _availability(telling: _Telling) -> str | None:
    if not telling.shows("availability"):
        return None
    one = intervals(telling.mentor, telling.pool.monday) or ()
    other = intervals(telling.mentee, telling.pool.monday) or ()
    minutes = shared_minutes(one, other)
    if minutes == 0:
        return f"{telling.both} have no time of the week in common"
    return f"{telling.both} are both free for {minutes} minutes a week"


def _languages(telling: _Telling) -> str | None:
    if not telling.shows("languages"):
        return None
    spoken = {primary(language.code): language.level for language in telling.mentor.languages}
    shared = {
        code: min(language.level, spoken[code])
        for language in telling.mentee.languages
        if (code := primary(language.code)) in spoken
    }
    if not shared:
        return f"{telling.both} share no language"
    named = [f"{code} at level {level}" for code, level in sorted(shared.items(), key=lambda item: (-item[1], item[0]))]
    return f"{telling.both} share a language: {_listed(named)}"


def _seniority(telling: _Telling) -> str | None:
    if not telling.shows("seniority") or telling.mentor.seniority is None or telling.mentee.seniority is None:
        return None
    gap = telling.mentor.seniority - telling.mentee.seniority
    are = "you are" if telling.audience is Audience.MENTOR else "is"
    if gap == 0:
        return f"{telling.both} are both at the same step: {STEPS[telling.mentor.seniority]}"
    steps = f"{abs(gap)} step{'' if abs(gap) == 1 else 's'}"
    if telling.of_two_peers:
        return f"they are {steps} apart: {STEPS[telling.mentor.seniority]} and {STEPS[telling.mentee.seniority]}"
    steps = f"{steps} {'more' if gap > 0 else 'less'} senior"
    return f"{are} {steps}: {STEPS[telling.mentor.seniority]} to {STEPS[telling.mentee.seniority]}"


def _industry(telling: _Telling) -> str | None:
    return _same(telling, "industry", telling.mentor.industry, telling.mentee.industry)


def _organization(telling: _Telling) -> str | None:
    return _same(telling, "organization", telling.mentor.organization, telling.mentee.organization)


def _same(telling: _Telling, field: str, mentors: str | None, mentees: str | None) -> str | None:
    if not telling.shows(field) or mentors is None or mentees is None:
        return None
    if plain(mentors) == plain(mentees):
        return f"{telling.both} share the {field}: {mentors}"
    return f"{telling.both} differ in {field}: {mentors} and {mentees}"


def _met(telling: _Telling) -> str | None:
    encounter = telling.pool.encounter(telling.mentor.id, telling.mentee.id)
    if encounter is Encounter.MET:
        return f"{telling.both} have met at an event"
    if encounter is Encounter.SAME_EVENT:
        return f"{telling.both} were at the same event"
    return f"{telling.both} have not been at the same event"


def _preference(telling: _Telling) -> str | None:
    """A wish is shown to whoever stated it and to staff; the other one learns only the number."""
    wishes, mentor, mentee = telling.pool.wishes, telling.mentor, telling.mentee
    wanted_by_mentee = mentor.id in wishes.get(mentee.id, ())
    wanted_by_mentor = mentee.id in wishes.get(mentor.id, ())
    if telling.audience is Audience.MENTEE:
        return "you asked for this mentor" if wanted_by_mentee else None
    if telling.audience is Audience.MENTOR:
        return "you asked for this mentee" if wanted_by_mentor else None
    asked = [who for who, wants in (("mentee", wanted_by_mentee), ("mentor", wanted_by_mentor)) if wants]
    return f"asked for by: {_listed(asked)}" if asked else "neither asked for the other among their wishes"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


_SENTENCES: Mapping[Part, Callable[[_Telling], str | None]] = {
    Part.SKILLS: _skills,
    Part.GOALS: _goals,
    Part.AVAILABILITY: _availability,
    Part.LANGUAGES: _languages,
    Part.SENIORITY: _seniority,
    Part.INDUSTRY: _industry,
    Part.ORGANIZATION: _organization,
    Part.MET: _met,
    Part.PREFERENCE: _preference,
}


def _seeks_what_is_offered(telling: _Telling) -> bool:
    seeks = any(skill.side is Side.SEEKS for skill in telling.mentee.skills)
    return seeks and any(skill.side is Side.OFFERS for skill in telling.mentor.skills)


def _has_goals_to_compare(telling: _Telling) -> bool:
    return bool(telling.mentee.goals) and bool(topics(telling.mentor))


_KNOWN_ONE_WAY: Mapping[Part, Callable[[_Telling], bool]] = {
    Part.SKILLS: _seeks_what_is_offered,
    Part.GOALS: _has_goals_to_compare,
}
"""Parts that say what the mentor is to the mentee, and whether anything is known of that."""

_TURNED = {Audience.MENTOR: Audience.MENTEE, Audience.MENTEE: Audience.MENTOR}
