"""Charts of a run: a typed loader, one figure per file, no statistics of its own."""
