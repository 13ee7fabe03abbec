"""Divided differences: as a function of SymPy, as numbers, written out, and expanded."""
