"""Which labels mean one skill, kept up as people come and go: what `features.skill_keys` finds by looking at all."""

from collections import Counter
from collections.abc import Collection, Container, Hashable, Iterable, Mapping, Sequence

from services.matching.domain.member import Member
from services.matching.engine.words import plain

_NO_IDS: Counter[str] = Counter()

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
        self._renamed: set[int] = set()

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
        keys = self._keys_with(own)
        levels: dict[int, int] = {}
        for label, level in skills:
            key = keys[label] if label in keys else self._key.get(label, label)
            levels[key] = max(levels.get(key, 0), level)
        return [(self._labels_of(key, keys), level) for key, level in levels.items()]

    def offered(self, skills: Iterable[tuple[int, int]], own: Given, used: Container[int]) -> Mapping[int, int] | None:
        """Of (label, level) offered by somebody who gives `own` ids with labels: the best level of each skill's key.

        None where with these ids a label means something else that is among those `used` by others.
        """
        keys = self._keys_with(own)
        if any(label in used and named != self.key(label) for label, named in keys.items()):
            return None
        levels: dict[int, int] = {}
        for label, level in skills:
            key = keys[label] if label in keys else self.key(label)
            levels[key] = max(levels.get(key, 0), level)
        return levels

    def key(self, label: int) -> int:
        """What the label means to everybody: labels that mean one skill have one key."""
        self._settle()
        return self._key.get(label, label)

    def renamed(self) -> Collection[int]:
        """The labels that have come to mean something else since this was last asked."""
        self._settle()
        found, self._renamed = self._renamed, set()
        return found

    def _keys_with(self, own: Given) -> Mapping[int, int]:
        """What the labels of somebody who gives these ids mean where they are counted, too."""
        self._settle()
        mine: dict[int, Counter[str]] = {}
        for label, identifier in own:
            mine.setdefault(label, Counter(self._ids.get(label)))[identifier] += 1
        return {label: _key(label, counts) for label, counts in mine.items()}

    def _labels_of(self, key: int, keys: Mapping[int, int]) -> tuple[int, ...]:
        found = {label for label in self._labels.get(key, ()) if label not in keys}
        found |= {label for label, named in keys.items() if named == key}
        if key not in keys and key not in self._key:
            found.add(key)
        return tuple(sorted(found))

    def _settle(self) -> None:
        for label in self._changed:
            before = self._key.pop(label, None)
            if (label if before is None else before) != _key(label, self._ids.get(label, _NO_IDS)):
                self._renamed.add(label)
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
