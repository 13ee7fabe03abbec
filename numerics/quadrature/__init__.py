"""Quadrature rules, panels graded towards singular points, and adaptive integration."""
