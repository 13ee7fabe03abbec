"""The pair correlation, M and what follows from them, fast and slow."""
