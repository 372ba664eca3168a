"""What a benchmark says."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """Medians of one interleaved run. `higher_is_better` decides which way the ratios are taken."""

    name: str
    unit: str
    product: float
    floor: float | None
    peer: float | None
    notes: str
    higher_is_better: bool

    def ratio(self, other: float | None) -> float | None:
        """How good the product is beside the other: 1.0 is as good, more is better."""
        if other is None:
            return None
        return self.product / other if self.higher_is_better else other / self.product

    def as_json(self) -> dict[str, object]:
        """The row of `results.json`."""
        return {
            "name": self.name,
            "unit": self.unit,
            "product": self.product,
            "floor": self.floor,
            "peer": self.peer,
            "ratio_floor": self.ratio(self.floor),
            "ratio_peer": self.ratio(self.peer),
            "notes": self.notes,
        }


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


__all__ = ["Result", "median", "percentile"]
