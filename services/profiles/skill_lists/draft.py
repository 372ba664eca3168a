"""A list as it comes together, row by row."""

from collections.abc import Iterable, Sequence

from services.profiles.domain.concept import LONGEST_ID, LONGEST_LABEL, Concept, folded

_MOST_SYNONYMS = 200


class Draft:
    """Concepts by id, in the order in which their ids were first named."""

    def __init__(self) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._broader: dict[str, list[str]] = {}

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._labels

    def name(self, identifier: str, label: str, synonyms: Iterable[str] = ()) -> bool:
        """The first label of a concept is the one it keeps, every other one is a synonym.

        False, and nothing done, where the label has no letters or the id is too long.
        """
        if len(identifier) > LONGEST_ID or not folded(_line(label)):
            return False
        known = self._labels.setdefault(identifier, {})
        for written in map(_line, (label, *synonyms)):
            if len(known) <= _MOST_SYNONYMS and (text := folded(written)):
                known.setdefault(text, written)
        return True

    def widen(self, identifier: str, broader: str) -> None:
        """The concept belongs to a wider one."""
        self._broader.setdefault(identifier, []).append(broader)

    def concepts(self, *, elsewhere: bool = False) -> Sequence[Concept]:
        """The list; of several wider concepts the first that it has. `elsewhere`: other lists may have it."""
        return [
            Concept(identifier, label, self._wider(identifier, elsewhere), tuple(synonyms))
            for identifier, (label, *synonyms) in ((key, labels.values()) for key, labels in self._labels.items())
        ]

    def _wider(self, identifier: str, elsewhere: bool) -> str | None:
        named = (each for each in self._broader.get(identifier, ()) if each != identifier)
        return next((each for each in named if elsewhere or each in self._labels), None)


def _line(text: str) -> str:
    """In one line, and no longer than a member's skill may be."""
    return " ".join(text.split())[:LONGEST_LABEL].strip()
