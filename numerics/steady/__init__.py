"""Steady states: their equations, how they are solved and followed."""
