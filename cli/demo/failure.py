"""The one way in which the demo fails."""


class NotSeen(Exception):
    """What should have happened, and what was seen instead."""

    def __init__(self, expected: str, instead: str) -> None:
        super().__init__(f"not seen: {expected}; instead: {instead}")
        self.expected = expected
        self.instead = instead
