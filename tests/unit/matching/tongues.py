"""A pool whose people write in several languages, made up alike: common words, and topics with words of their own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.engine.pool import Pool
from tests.unit.matching.people import offers, person, pool

TOPICS = 20
_WORDS_A_TOPIC = 10
_COMMON = 30


@dataclass(frozen=True, slots=True)
class Tongue:
    """A made-up language: letters of its words, how long these are, and what stands between two."""

    name: str
    letters: str
    length: tuple[int, int]
    between: str = " "


ENGLISH = Tongue("english", "abcdefghijklmnopqrstuvwxyz", (6, 10))
FINNISH = Tongue("finnish", "aeioukäöilmnprstvhj", (6, 14))
GREEK = Tongue("greek", "αβγδεζηθικλμνξοπρτυφχψωέά", (6, 10))
HINDI = Tongue("hindi", "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूे", (4, 8))
THAI = Tongue("thai", "กขคงจชซดตถทธนบปผพฟภมยรลวศสหอะาิีุูเแโ", (4, 7), "")
CHINESE = Tongue("chinese", "".join(map(chr, range(0x4E00, 0x5200))), (2, 2), "")


def vocabulary(tongue: Tongue, seed: int) -> tuple[list[str], list[list[str]]]:
    """The common words, the commonest first, and the words of each topic."""
    chance = random.Random(f"{tongue.name} {seed}")
    short = (1, 1) if tongue.length == (2, 2) else (2, 4)

    def words(count: int, length: tuple[int, int]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(chance.choices(tongue.letters, k=chance.randint(*length)))] = None
        return list(found)

    topical = words(TOPICS * _WORDS_A_TOPIC, tongue.length)
    topics = [topical[first : first + _WORDS_A_TOPIC] for first in range(0, len(topical), _WORDS_A_TOPIC)]
    return words(_COMMON, short), topics


def goal(chance: random.Random, common: Sequence[str], topic: Sequence[str], between: str) -> str:
    """A sentence of three words of the topic among common ones."""
    often = [1 / (rank + 1) for rank in range(len(common))]
    words = [*chance.sample(topic, 3), *chance.choices(common, often, k=4)]
    chance.shuffle(words)
    return between.join(words)


def babel(sizes: dict[Tongue, int], seed: int = 1) -> tuple[Pool, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """So many mentees of each, and half as many mentors; with tongue and topic of mentors, and of mentees, by row."""
    chance = random.Random(seed)
    mentors, mentees, of_mentors, of_mentees = [], [], [], []
    for number, (tongue, size) in enumerate(sizes.items()):
        common, topics = vocabulary(tongue, seed)
        for each in range(size):
            about = chance.randrange(TOPICS)
            text = goal(chance, common, topics[about], tongue.between)
            mentees.append(person(f"{tongue.name}-e{each}", goals=(text,)))
            of_mentees.append((number, about))
            if each % 2:
                about = chance.randrange(TOPICS)
                text = goal(chance, common, topics[about], tongue.between)
                labels = offers(*chance.sample(topics[about], 2))
                mentors.append(person(f"{tongue.name}-m{each}", goals=(text,), skills=labels))
                of_mentors.append((number, about))
    tongue_of, topic_of = np.array(of_mentors).T
    return pool(mentors, mentees), tongue_of, topic_of, *np.array(of_mentees).T
