"""Which labels mean one skill, kept up as people come and go: what `features.skill_keys` finds by looking at all."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

from services.matching.domain.member import Member
from services.matching.engine.words import plain

Given = tuple[tuple[int, str], ...]
"""The labels, by their number, that somebody gives with a taxonomy's id."""


def number(text: Hashable) -> int:
    """Stands for a text where only being the same counts: it is not kept, and the number means nothing elsewhere."""
    return hash(text)


def given_by(member: Member) -> Given:
    """What the member says of labels and ids."""
    return tuple((number(plain(skill.label)), skill.id) for skill in member.skills if skill.id is not None)


class Labels:
    """Counts who gives which id with which label. Of whoever has left nothing is kept."""

    def __init__(self) -> None:
        self._ids: dict[int, Counter[str]] = {}
        self._key: dict[int, int] = {}
        self._labels: dict[int, set[int]] = {}
        self._changed: set[int] = set()

    def add(self, given: Given) -> None:
        for label, identifier in given:
            self._ids.setdefault(label, Counter())[identifier] += 1
            self._changed.add(label)

    def remove(self, given: Given) -> None:
        for label, identifier in given:
            counts = self._ids[label]
            counts[identifier] -= 1
            if counts[identifier] == 0:
                del counts[identifier]
            if not counts:
                del self._ids[label]
            self._changed.add(label)

    def sought(self, skills: Iterable[tuple[int, int]], own: Given) -> Sequence[tuple[tuple[int, ...], int]]:
        """Of (label, level) sought by somebody who gives `own` ids with labels: the skills, each by all its labels."""
        self._settle()
        mine: dict[int, Counter[str]] = {}
        for label, identifier in own:
            mine.setdefault(label, Counter(self._ids.get(label)))[identifier] += 1
        keys = {label: _key(label, counts) for label, counts in mine.items()}
        levels: dict[int, int] = {}
        for label, level in skills:
            key = keys[label] if label in keys else self._key.get(label, label)
            levels[key] = max(levels.get(key, 0), level)
        return [(self._labels_of(key, keys), level) for key, level in levels.items()]

    def _labels_of(self, key: int, keys: Mapping[int, int]) -> tuple[int, ...]:
        found = {label for label in self._labels.get(key, ()) if label not in keys}
        found |= {label for label, named in keys.items() if named == key}
        if key not in keys and key not in self._key:
            found.add(key)
        return tuple(sorted(found))

    def _settle(self) -> None:
        for label in self._changed:
            before = self._key.pop(label, None)
            if before is not None:
                self._labels[before].discard(label)
                if not self._labels[before]:
                    del self._labels[before]
            if counts := self._ids.get(label):
                self._key[label] = key = _key(label, counts)
                self._labels.setdefault(key, set()).add(label)
        self._changed.clear()


def _key(label: int, counts: Counter[str]) -> int:
    """The id that most give with the label, of several the lowest; the label itself where nobody gives one."""
    return number(min(counts, key=lambda each: (-counts[each], each))) if counts else label
