"""docs/operations.md names every metric there is, with its labels, and no other."""

import re
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from shared.telemetry import metrics

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(ithaca_\w+)` \|([^|]*)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)


def declared() -> dict[str, set[str]]:
    """Each metric as Prometheus shows it, and its labels."""
    found = [each for each in vars(metrics).values() if isinstance(each, Counter | Gauge | Histogram)]
    return {each._name + ("_total" if isinstance(each, Counter) else ""): set(each._labelnames) for each in found}


def documented() -> dict[str, set[str]]:
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels, _, _ in ROW.findall(PAGE.read_text("utf-8"))}


def test_every_metric_is_documented_with_its_labels_and_no_other_is() -> None:
    assert documented() == declared()


def test_every_metric_says_what_it_means_and_what_to_do() -> None:
    for name, _, meaning, remedy in ROW.findall(PAGE.read_text("utf-8")):
        assert len(meaning.strip()) > 10, name
        assert len(remedy.strip()) > 10, name


def test_every_metric_is_of_the_list() -> None:
    """One made elsewhere would be in no list and on no page."""
    for module in Path(metrics.__file__).parents[2].glob("*/**/*.py"):
        if (
            module.parts[-3:] != Path(metrics.__file__).parts[-3:]
            and "tests" not in module.parts
            and ".venv" not in str(module)
        ):
            assert not re.search(r"\b(Counter|Gauge|Histogram|Summary)\(\s*[\"']ithaca_", module.read_text("utf-8")), (
                module
            )
