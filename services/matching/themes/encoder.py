"""Sentences as vectors, by a model in a folder: `model.onnx` and `tokenizer.json`, as they are exported for ONNX.

Any sentence transformer does that is used with mean pooling, which most are. It runs here, on the processor; no text
leaves the process.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
_LONGEST = 128
"""Tokens of a text that are read: models like these are made for a sentence or two."""


class NoModel(ValueError):
    """There is no model to be used, and why."""


def require_model(folder: Path) -> None:
    """Raises NoModel where there is none in the folder, or nothing installed that runs it."""
    if missing := [name for name in (_MODEL, _TOKENIZER) if not (folder / name).is_file()]:
        raise NoModel(f"{folder} lacks {' and '.join(missing)}")
    if find_spec("onnxruntime") is None or find_spec("tokenizers") is None:
        raise NoModel("the extra `themes` is not installed: pip install 'ithaca[matching,themes]'")


class Encoder:
    """Loads the model, which takes about a second. Safe to share between threads. Raises NoModel."""

    def __init__(self, folder: Path) -> None:
        require_model(folder)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One worker a core is the promise; one that takes all of them would hold up the others.
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(folder / _MODEL, options, ["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        except Exception as error:  # both raise their own, and none that is documented
            raise NoModel(f"the model in {folder} cannot be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)
        self._inputs = {each.name for each in self._session.get_inputs()}

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row of length 1 for each text, read by itself: beside others it would come out a little otherwise."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        known: dict[str, Any] = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        [told, *_] = self._session.run(None, {name: known[name] for name in self._inputs})
        mean: NDArray[np.float32] = told[0].mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-9)
