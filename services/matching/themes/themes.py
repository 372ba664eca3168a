"""The themes of texts: of a list of a few hundred, those whose names mean nearly the same.

Two people who say one thing in other words share no word, but themes. A theme is one more word to the engine: rare ones
say more than common ones, lists of candidates are found by them, and a run needs no model, nor does whoever repeats it.
The list is that of the skills that come with the profiles; a model that knows languages finds them for texts in any.
"""

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matching.themes.encoder import Encoder
from services.matching.themes.names import THEMES, spoken

NEAREST = 6
"""Themes of a text at most. Of forty goals and texts that say the same otherwise, the right one comes first for 21 by
the model of the tests, and for one by the words. Four or eight do about as well; whole vectors would for 30."""
CLOSE = 0.3
"""The least likeness, as a cosine: above what texts that are about nothing have with whatever is on the list."""

_REMEMBERED = 1 << 14
"""Texts: those of a batch of five hundred members, thirty each. What is beyond is found out twice."""


class Themes:
    """Themes by the model in a folder, loaded at the first text; none by none. Safe to share between threads."""

    def __init__(self, model: Path | None) -> None:
        self._nearest = None if model is None else lru_cache(_REMEMBERED)(_Nearest(model).to)

    @property
    def found(self) -> bool:
        """Whether texts have any: whether there is a model."""
        return self._nearest is not None

    def of(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The themes of all these texts together, sorted. Raises NoModel where that cannot be loaded."""
        nearest = self._nearest
        return () if nearest is None else tuple(sorted({theme for text in texts for theme in nearest(text)}))


class _Nearest:
    def __init__(self, model: Path) -> None:
        self._model = model
        self._loading = threading.Lock()

    def to(self, text: str) -> Sequence[str]:
        with self._loading:
            encoder, themes = self._loaded
        likeness = themes @ encoder.vectors([text])[0]
        nearest = np.argsort(-likeness, kind="stable")[:NEAREST]
        return [THEMES[row] for row in nearest.tolist() if likeness[row] >= CLOSE]

    @cached_property
    def _loaded(self) -> tuple[Encoder, NDArray[np.float32]]:
        encoder = Encoder(self._model)
        return encoder, encoder.vectors(list(map(spoken, THEMES)))
