"""Where the files under test are."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "deploy" / "images"
