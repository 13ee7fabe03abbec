"""The frequency engine: integrals over the whole axis and Matsubara sums, in closed form."""

from derive.frequency.integral import integrate_frequency
from derive.frequency.kramers_kronig import kramers_kronig
from derive.frequency.sums import matsubara_sum

__all__ = ["integrate_frequency", "kramers_kronig", "matsubara_sum"]
