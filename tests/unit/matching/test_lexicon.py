"""What words weigh: by how rare they are among those who write like that, whatever language and however many."""

import numpy as np
import pytest

from services.matching.domain.parts import Part
from services.matching.engine import dense, scan
from services.matching.engine.features import features
from services.matching.engine.lexicon import LENGTH, Lexicon, lexicon_of
from services.matching.engine.marks import cells
from services.matching.engine.pairs import pairs
from services.matching.engine.parts import part_matrices
from services.matching.engine.pool import Criteria
from services.matching.engine.search import Question
from tests.unit.matching.test_candidates import assert_same
from tests.unit.matching.tongues import CHINESE, ENGLISH, FINNISH, GREEK, HINDI, THAI, Tongue, babel

SPACED = (ENGLISH, FINNISH, GREEK, HINDI)


def crowd(size: int, *prefix: str) -> list[tuple[str, ...]]:
    """People of whom each wants to learn one of ten things, and says so in a sentence."""
    return [(" ".join((*prefix, "to", "learn", f"subject{number % 10}x")),) for number in range(size)]


def test_a_word_weighs_more_the_rarer_it_is_beside_the_commonest() -> None:
    lexicon = lexicon_of(crowd(200))
    weights = [lexicon.weight(word) for word in ("to", "learn", "subject1x")]
    assert weights[0] == weights[1] < weights[2]
    assert [lexicon.is_everyday(word) for word in ("to", "learn", "subject1x")] == [True, True, False]
    assert lexicon.weight("unheard") == 0


def test_a_language_of_few_people_weighs_its_words_as_one_of_many() -> None:
    few = [(text.replace("to", "zu").replace("learn", "lernen").replace("subject", "fach"),) for (text,) in crowd(100)]
    lexicon = lexicon_of([*crowd(10_000), *few])
    ours, theirs = (lexicon.weight(word) for word in ("subject3x", "fach3x"))
    assert abs(ours - theirs) <= ours // 10
    assert lexicon.is_everyday("lernen")


def test_neither_the_order_of_people_nor_their_number_alike_changes_a_weight() -> None:
    people = [*crowd(37), *crowd(11, "how"), ("Welding", "tax")]
    words = ("to", "how", "learn", "subject4x", "welding", "tax")
    one, other = lexicon_of(people), lexicon_of(people[::-1])
    assert [one.weight(word) for word in words] == [other.weight(word) for word in words]


def test_signs_that_stand_together_by_accident_weigh_nothing() -> None:
    # Whatever is managed is written before 管理, which is the word.
    lexicon = lexicon_of([(f"{sign}管理",) for sign in "天地人山水火木金土日"])
    assert lexicon.weight("管理") > 0
    assert [lexicon.weight(f"{sign}管") for sign in "天日"] == [0, 0]


def test_vectors_are_of_one_length_at_most_and_leave_out_what_is_not_known() -> None:
    lexicon = lexicon_of(crowd(50))
    vector = lexicon.vector(("to learn subject1x and subject2x",))
    assert vector["and"] == 0
    assert LENGTH * 0.99 < np.sqrt(sum(weight**2 for weight in vector.values())) <= LENGTH


def test_a_word_that_is_learned_later_weighs_as_what_one_person_says() -> None:
    lexicon = lexicon_of([*crowd(50), ("sailing",)])
    lexicon.learn(("Weaving sailing",))
    assert lexicon.weight("weaving") == lexicon.weight("sailing") > lexicon.weight("to")


def test_whoever_asks_is_compared_by_the_words_of_those_who_count() -> None:
    lexicon = lexicon_of([("sailing",), ("law",)])
    lexicon.learn(("weaving",))
    assert lexicon.vector(("weaving",))["weaving"] > 0
    assert lexicon.asked(("weaving", "sailing")) == lexicon.asked(("sailing",)) | {"weaving": 0}
    lexicon.hear(("weaving",))
    assert lexicon.asked(("weaving", "sailing")) == lexicon.vector(("weaving", "sailing"))


def test_of_words_in_common_those_are_telling_that_say_most() -> None:
    lexicon = Lexicon({"to": 16, "manage": 60, "harbor": 100}, 100)
    assert lexicon.telling({"to", "manage", "harbor"}) == {"manage", "harbor"}
    assert lexicon.telling({"to"}) == {"to"}
    assert lexicon.telling({"unheard"}) == set()


def mean_parts(sizes: dict[Tongue, int], related: bool) -> dict[Tongue, float]:
    """The mean goal part of pairs of one language, about the same topic or not."""
    found: dict[Tongue, list[float]] = {tongue: [] for tongue in sizes}
    for seed in (1, 2):
        people, of_mentors, topic, of_mentees, wanted = babel(sizes, seed)
        known = features(people)
        goals = part_matrices(known, pairs(known), Criteria())[Part.GOALS]
        alike = wanted[:, None] == topic[None, :]
        for number, tongue in enumerate(sizes):
            own = (of_mentees == number)[:, None] & (of_mentors == number)[None, :]
            found[tongue].append(float(goals[own & (alike == related)].mean()))
    return {tongue: float(np.mean(means)) for tongue, means in found.items()}


def test_pairs_related_alike_fit_alike_in_whatever_language() -> None:
    sizes = {ENGLISH: 800, FINNISH: 160, GREEK: 120, HINDI: 120, CHINESE: 200, THAI: 200}
    related, unrelated = mean_parts(sizes, related=True), mean_parts(sizes, related=False)
    english = related[ENGLISH]
    assert {tongue.name: round(related[tongue]) for tongue in SPACED if abs(related[tongue] / english - 1) > 0.1} == {}
    # Without spaces it has to be found out what is a word.
    assert min(related[CHINESE], related[THAI]) > 0.65 * english
    assert max(unrelated.values()) < english / 10


@pytest.mark.parametrize("k", [1, 7])
def test_both_searches_find_the_same_where_many_words_are_everyday_ones(k: int) -> None:
    people = babel({ENGLISH: 300, FINNISH: 60, CHINESE: 60})[0].ordered(0)
    known = features(people)
    assert known.everyday.any()
    asked = Question(known, Criteria(), k, cells(known.mentees.members, known.mentors.members, ()))
    assert_same(scan.search(asked), dense.search(asked))
