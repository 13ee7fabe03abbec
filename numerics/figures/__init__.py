"""Figures: functions from numbers to matplotlib figures, and the numbers beside them."""
