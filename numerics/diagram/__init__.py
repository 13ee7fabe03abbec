"""Boundaries over the plane of coupling and decay."""
