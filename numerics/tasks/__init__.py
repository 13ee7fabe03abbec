"""Work that is shared among processes, and the store of its results."""
