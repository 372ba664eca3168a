"""Where a model is installed, who can help is found though they say it in other words."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.matching.app import build
from services.matching.commands.export_share import export_share
from services.matching.domain.enrollment import Role
from services.matching.domain.program import Kind
from services.matching.themes.encoder import Encoder
from shared.ids import new_id
from shared.messaging import unit_of_work
from shared.web.export_share import Asked
from tests.integration.matching.association import TENANT, Association
from tests.integration.matching.telling import record, tell
from tests.sentence_model import sentence_model

OFTEN = {"goals": "participants", "skills": "participants"}


@pytest.fixture
def reading(association: Association, monkeypatch: pytest.MonkeyPatch) -> Association:
    """An association whose worker has a model."""
    monkeypatch.setenv("ITHACA_EMBEDDING_MODEL", str(sentence_model()))
    monkeypatch.setattr(association, "service", build(association.foundation))
    return association


def hear_of(association: Association, member_id: str, **fields: Any) -> None:
    data = {"id": member_id, "given_name": "Ada", "family_name": "Okafor", "visibility": OFTEN, **fields}
    tell(association, record("member.registered.v1", data, key=member_id, version=1, at=association.clock.now()))


def test_a_mentee_is_shown_who_can_help_and_what_their_goals_come_close_to(reading: Association) -> None:
    program = reading.program(kind=Kind.COHORT)
    mentee, right, other = new_id(), new_id(), new_id()
    hear_of(reading, mentee, goals=[{"text": "Lose my fear of talking to a crowd"}])
    hear_of(reading, right, skills=[{"label": "Presentations", "level": 3, "side": "offers"}])
    hear_of(reading, other, skills=[{"label": "Bookkeeping", "level": 3, "side": "offers"}])
    for member_id, role in ((mentee, Role.MENTEE), (right, Role.MENTOR), (other, Role.MENTOR)):
        reading.enroll(program, member_id, role)
    [first, second] = reading.call(mentee, "GET", f"/v1/programs/{program.id}/recommendations").json["items"]
    assert (first["mentor_id"], second["mentor_id"]) == (right, other)
    assert any("goals come close to: " in reason and "Public speaking" in reason for reason in first["reasons"])
    assert first["parts"]["goals"] > second["parts"]["goals"]


def test_an_export_has_what_was_found_that_somebodys_texts_are_about(reading: Association) -> None:
    member, silent = new_id(), new_id()
    hear_of(reading, member, goals=[{"text": "Lose my fear of talking to a crowd"}])
    hear_of(reading, silent)
    shares = [export_share(reading.store, Asked(TENANT, each, whole=True)) for each in (member, silent)]
    told, nothing = (share or {} for share in shares)
    assert "Public speaking" in told["themes"][0]["goals"]
    assert "themes" not in nothing


def test_themes_go_with_the_text_that_they_were_of(reading: Association) -> None:
    member = new_id()
    hear_of(reading, member, goals=[{"text": "Lose my fear of talking to a crowd"}])
    assert "theme_public_speaking" in reading.store.copies.get(TENANT, member).goal_themes
    data = {"id": member, "given_name": "Ada", "family_name": "Okafor", "goals": []}
    tell(reading, record("member.updated.v1", data, key=member, version=2, at=reading.clock.now()))
    assert reading.store.copies.get(TENANT, member).goal_themes == ()


def test_the_model_is_asked_before_a_transaction_that_would_hold_locks_meanwhile(
    reading: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones: list[bool] = []
    begun: list[bool] = []
    asked: dict[str, bool] = {}
    vector, run = Encoder._vector, unit_of_work.run_transaction

    def spied(encoder: Encoder, text: str) -> NDArray[np.float32]:
        asked[text] = bool(open_ones)
        return vector(encoder, text)

    def running(*arguments: Any, **named: Any) -> Any:
        begun.append(True)
        open_ones.append(True)
        try:
            return run(*arguments, **named)
        finally:
            open_ones.pop()

    monkeypatch.setattr(Encoder, "_vector", spied)
    monkeypatch.setattr(unit_of_work, "run_transaction", running)
    skill = {"label": "Presentations", "level": 3, "side": "offers"}
    hear_of(reading, new_id(), goals=[{"text": "Lose my fear of talking to a crowd"}], skills=[skill])
    assert begun
    assert asked["Lose my fear of talking to a crowd"] is False
    assert asked["Presentations"] is False
    assert not any(asked.values())
