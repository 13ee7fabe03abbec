"""The frequency engine: integrals over the whole axis by residues, in closed form."""

from derive.frequency.integral import integrate_frequency

__all__ = ["integrate_frequency"]
