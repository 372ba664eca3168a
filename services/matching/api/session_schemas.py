"""How a session looks to its pair."""

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from services.matching.domain.action import ActionState
from services.matching.domain.session import Session
from services.matching.domain.turnout import Attendance, Word
from shared.contracts.fields import Choice, Flag, Id, Line, Many, Moment, One, Record, Text, Timestamp, Whole
from shared.contracts.vocabulary import FORMATS, SESSION_STATES


class Said(StrEnum):
    """One's word on how a session went."""

    HELD = "held"
    I_MISSED = "i_missed"
    OTHER_MISSED = "other_missed"
    BOTH_MISSED = "both_missed"

    def absent(self, by: str, other: str) -> tuple[str, ...]:
        """Who missed it, by this word of `by`."""
        absent = {Said.HELD: (), Said.I_MISSED: (by,), Said.OTHER_MISSED: (other,), Said.BOTH_MISSED: (by, other)}
        return absent[self]

    @classmethod
    def of(cls, word: Word) -> "Said":
        """The word as its author would say it."""
        if len(word.absent) == 2:
            return cls.BOTH_MISSED
        return cls.HELD if not word.absent else cls.I_MISSED if word.absent == (word.by,) else cls.OTHER_MISSED


class ProposalSchema(Record):
    starts_at = Moment("When it begins.", required=True)
    duration_minutes = Whole("How long it is to take.", 1, 24 * 60, required=True)
    format = Choice("How they meet.", FORMATS)
    place = Line("Where, or at which address.", 500)
    notes = Text("What they note for both, before or after.", 20_000)
    actions = Many(
        "What they agree to do, in words; one whose words stay keeps its owner and state.",
        Text("", 500, shortest=1, required=True),
        50,
    )


class ChangeSchema(ProposalSchema):
    state = Choice("`confirmed` by the other one, then `held`, `missed` or `cancelled`.", SESSION_STATES)
    missed_by = Many("Who did not come; the other one where it is not said.", Id("", required=True), 2)
    sequence = Whole("The one that the caller has seen: 409 where time or place changed since.", 0, 100_000)


class AttendanceSchema(Record):
    said = Choice("How it went, by the caller.", [each.value for each in Said], required=True)


class AttendanceWordSchema(Record):
    by = Id("Who says so.", required=True)
    said = Choice("How it went, by them.", [each.value for each in Said], required=True)
    at = Timestamp("Since when.", required=True)


class ActionChangeSchema(Record):
    owner_id = Id("Which of the two does it; null: both.")
    state = Choice("Where it stands.", [each.value for each in ActionState])


class ActionSchema(ActionChangeSchema):
    id = Id("The action.", required=True)
    text = Text("What is to be done.", 500, required=True)
    state = Choice("Where it stands.", [each.value for each in ActionState], required=True)


class SessionSchema(ProposalSchema):
    id = Id("The session.", required=True)
    mentorship_id = Id("Whose it is.", required=True)
    state = Choice("Where it stands.", SESSION_STATES, required=True)
    proposed_by = Id("Who proposed it, or its present time.", required=True)
    sequence = Whole("Rises with every change of time or place.", 0, 100_000, required=True)
    previous_starts_at = Timestamp("When it was to begin before it was moved.")
    cancelled_by = Id("Who called it off.")
    late = Flag("Whether it was called off shortly before its start.")
    missed_by = Many("Who did not come.", Id("", required=True), 2, required=True)
    attendance = Choice("How far the two agree on who was there.", [each.value for each in Attendance])
    words = Many(
        "What each said of it, the latest of each.", One("", AttendanceWordSchema, required=True), 2, required=True
    )
    settles_at = Timestamp("When silence agrees to the only word there is.")
    action_items = Many("The actions, with owner and state.", One("", ActionSchema, required=True), 50, required=True)


def shown(session: Session) -> dict[str, Any]:
    """To either of the two."""
    names = ("id", "mentorship_id", "proposed_by", "starts_at", "duration_minutes", "format", "place", "notes", "state")
    more = ("sequence", "previous_starts_at", "cancelled_by", "late", "missed_by", "attendance")
    awaited = session.attendance is Attendance.AWAITED
    return {name: getattr(session, name) for name in (*names, *more)} | {
        "actions": [each.text for each in session.actions],
        "action_items": [asdict(each) for each in session.actions],
        "words": [{"by": each.by, "said": Said.of(each).value, "at": each.at} for each in session.words],
        "settles_at": session.settles_at if awaited else None,
    }
