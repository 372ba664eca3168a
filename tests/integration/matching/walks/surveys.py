"""Both of a pair are asked how it is, each writes alone, and what they wrote is revealed at one moment."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.questions import IMPACTS
from services.matching.domain.survey import SURVEY, SurveyState
from tests.integration.matching.walks.paired import TWO, WHO, PairedWalk
from tests.integration.matching.walks.walk import Seen, seen

SCHEDULED, OPEN, REVEALED = SurveyState.SCHEDULED, SurveyState.OPEN, SurveyState.REVEALED
LAPSED = SurveyState.LAPSED


class Surveys(PairedWalk):
    """Half-way, at the end and after it, of one pair, of whom one may block the other."""

    machine = SURVEY
    beginnings = (SCHEDULED, OPEN)
    types = ("feedback.requested.v1", "feedback.revealed.v1")

    def begin(self) -> None:
        super().begin()
        self.apart = False

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.surveys, mentorship_id=self.made.mentorship)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        if verb == "ask":
            return self.tells_of_new(after)
        told = verb == "reveal" and not after.whole.withheld and after.whole.kind not in IMPACTS
        return ("feedback.revealed.v1",) if told else ()

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        return ("feedback.requested.v1",) * len(thing.whole.asked_ids) if thing.state is OPEN else ()

    @rule(who=WHO, number=st.integers(0, 4))
    def write(self, who: str, number: int = 0) -> None:
        surveys = sorted(self.seen.items(), key=lambda each: (each[1].state is not OPEN, each[0]))
        identifier, survey = surveys[number % len(surveys)]
        impact = survey.whole.kind in IMPACTS
        may = survey.state is OPEN and (who == "mentee" or not impact) and not (impact and self.apart)
        body = {"survey_id": identifier, "text": f"Words of {who}"}
        self.by(who, "POST", "/feedback", body, may=may)

    @rule(who=st.sampled_from(TWO), sure=st.sampled_from([False, False, False, True]))
    def block(self, who: str, sure: bool) -> None:
        if sure:
            self.apart = True
            other = self.people[TWO[1 - TWO.index(who)]]
            self.ask(self.people[who], "PUT", f"/v1/blocks/{other}", may=True)

    @rule()
    def much_time_passes(self) -> None:
        self.pass_by(days=85)

    def agrees(self, identifier: str, thing: Seen) -> None:
        survey = thing.whole
        authors = [each.author_id for each in survey.answers]
        assert len(set(authors)) == len(authors)
        assert set(authors) <= set(survey.asked_ids)
        assert (survey.due_at is not None) is (thing.state in (SCHEDULED, OPEN))
        assert (survey.asked_at is not None) is (thing.state in (OPEN, REVEALED, LAPSED))
        assert survey.due_at == survey.reveals_at if thing.state is OPEN else True
        assert not authors or thing.state in (OPEN, REVEALED)
        assert authors or thing.state is not REVEALED
        if thing.state is OPEN and not self.apart:
            assert not survey.everybody_wrote
        if thing.state is not REVEALED:
            assert not any(survey.seen_by(each) for each in survey.asked_ids)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        yield lambda surveys: (surveys.much_time_passes(), surveys.write("mentee"), surveys.write("mentor"))
        yield lambda surveys: (surveys.much_time_passes(), surveys.write("mentee"), surveys.time_passes(8))
        yield lambda surveys: (surveys.much_time_passes(), surveys.time_passes(8))
        yield lambda surveys: (surveys.end("mentee", sure=True), surveys.much_time_passes())
