"""What is shown of thanks to whom."""

from collections.abc import Mapping
from typing import Any


def shown_of(member_id: str) -> Mapping[str, Any]:
    """The filter of what others see of a member's thanks: what both agreed to."""
    return {"to_id": member_id, "public": True, "receiver_agrees": True}
