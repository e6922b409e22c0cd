"""Rules of the models that AWS itself does not keep: (operation, member), each with its source."""

DEFECTS: set[tuple[str, str]] = set()
