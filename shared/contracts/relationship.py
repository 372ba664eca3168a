"""The mentorship itself and the agreement it stands on."""

from shared.contracts.fields import Choice, Code, Day, Flag, Id, Many, Record, Timestamp, Whole
from shared.contracts.vocabulary import FORMATS, FREQUENCIES, MENTORSHIP_ORIGINS, MENTORSHIP_STATES


class Relationship(Record):
    """Whom a message of a mentorship is about."""

    mentorship_id = Id("The mentorship.", required=True)
    program_id = Id("Its program.", required=True)
    mentor_id = Id("The mentor; among peers, the lower id.", required=True)
    mentee_id = Id("The mentee.", required=True)


class Mentorship(Relationship):
    """A mentorship: one per pair."""

    group_id = Id("Joins the pairs of one mentor's group.")
    state = Choice("Where it stands.", MENTORSHIP_STATES, required=True)
    origin = Choice("How it came about.", MENTORSHIP_ORIGINS)
    request_id = Id("The accepted request it came from.")
    match_run_id = Id("The published match run it came from.")
    agreement_version = Whole("The agreement's current version; absent before the first.", 1, 10_000)
    started_at = Timestamp("When the two were paired.")
    ends_on = Day("When it is to end, as agreed.")
    reason = Code("Why it is on hold: `member`, `coordinator`, `suspended`.")


class MentorshipExtended(Mentorship):
    """A mentorship with a later end."""

    ends_on = Day("When it is now to end.", required=True)


class MentorshipEnded(Mentorship):
    """A mentorship that ended early."""

    reason = Code("Why: `no_fault`, `rematch`, `blocked`, `erased`, `merged`, `no_time`, `other`.", required=True)
    ended_by_id = Id("Who ended it; null when nobody in person did, or it is not told.")


class Agreement(Relationship):
    """A version of the agreement: a change makes a new version that needs both signatures again."""

    version = Whole("From 1.", 1, 10_000, required=True)
    proposed_by_id = Id("Who wrote this version.", required=True)
    signed_by = Many("Who has signed this version.", Id("A member.", required=True), 2, required=True)
    complete = Flag("Whether both have signed.", required=True)
    format = Choice("How they meet.", FORMATS)
    frequency = Choice("How often they meet.", FREQUENCIES)
    duration_weeks = Whole("How long, in weeks.", 1, 520)
    goal_count = Whole("How many goals it names.", 0, 100)
