"""Collective modes, their growth, and the boundaries of stability."""
