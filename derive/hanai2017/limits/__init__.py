"""Limits of the response in which closed forms are known, derived step by step."""
