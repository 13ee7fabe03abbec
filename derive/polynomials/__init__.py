"""Exact numbers, rational functions and their poles."""
