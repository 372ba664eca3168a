"""The variables of matching's own."""

from pathlib import Path

import pytest

from services.matching.settings import embedding_model, live_mentors
from shared.settings import SettingsError


def test_a_web_process_holds_a_hundred_thousand_mentors_unless_told_otherwise() -> None:
    assert live_mentors({}) == 100_000
    assert live_mentors({"ITHACA_LIVE_MENTORS": "0"}) == 0
    assert live_mentors({"ITHACA_LIVE_MENTORS": "250000"}) == 250_000


@pytest.mark.parametrize("wrong", ["-1", "many", "1000001", "1e5", "²"])
def test_what_is_no_number_of_mentors_is_refused_by_the_variable_s_name(wrong: str) -> None:
    with pytest.raises(SettingsError, match="ITHACA_LIVE_MENTORS"):
        live_mentors({"ITHACA_LIVE_MENTORS": wrong})


def test_goals_are_compared_by_words_alone_unless_a_model_is_named() -> None:
    assert embedding_model({}) is None


def test_a_folder_that_holds_no_model_is_refused_by_the_variable_s_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ITHACA_EMBEDDING_MODEL is .* lacks model.onnx and tokenizer.json"):
        embedding_model({"ITHACA_EMBEDDING_MODEL": str(tmp_path)})
