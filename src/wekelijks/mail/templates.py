"""Templates: ours, and the operator's own, which replace ours by name."""

from pathlib import Path


class Templates:
    """The letter's templates. `own`: the operator's directory; it need not exist."""

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
