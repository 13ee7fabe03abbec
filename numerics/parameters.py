"""The parameters of the model."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Carrier density N = k_F**3 / (3 pi**2), electrons plus holes, in units of k_F**3.
DENSITY = 1 / (3 * math.pi**2)


#: Types that `float` would accept, or warn about, and nobody means as a real parameter.
_NO_REAL_NUMBER = (str, bytes, bytearray, bool, np.bool_, complex, np.complexfloating, np.ndarray)


def real_number(name: str, value: Any, domain: str, *, valid: bool | None = None) -> float:
    """Return a value as a finite float, or say in one line what is wrong with it.

    Raises
    ------
    ValueError
        If `value` is not a finite real number, or `valid` is False.
    """
    try:
        number = math.nan if isinstance(value, _NO_REAL_NUMBER) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(
            f"{name} = {value!r} is outside its domain: {domain}, a finite real number"
        )
    if valid is False:
        raise ValueError(f"{name} = {value!r} is outside its domain: {domain}")
    return number


#: A lower temperature than this is zero in every result, and its inverse powers overflow.
_COLDEST = 1e-30


@dataclass(frozen=True)
class Parameters:
    """Parameters of the driven-dissipative condensate, in units of the Fermi energy and momentum.

    Parameters
    ----------
    inv_kfa : float
        Interaction strength (k_F a_s)**-1; any real number, negative on the BCS side.
    gamma_b : float
        Thermalisation rate from the bath; positive.
    gamma_v : float
        Decay rate into the vacuum; not negative.
    temperature : float
        Temperature of the bath; zero, or at least 1e-30, below which it is zero to all digits.
    cutoff : float
        Largest momentum p_c of the number equation (34); greater than 1.  It is a parameter of
        the model: with a constant density of states of the bath, (34) grows with p_c by
        (3 gamma_b / pi) p_c of the density.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Examples
    --------
    >>> from numerics import Parameters
    >>> Parameters(inv_kfa=-1.0, gamma_b=1e-3, gamma_v=2.1e-5).linewidth
    0.001021
    """

    inv_kfa: float
    gamma_b: float = 1e-3
    gamma_v: float = 0.0
    temperature: float = 0.0
    cutoff: float = 100.0

    def __post_init__(self) -> None:
        domains = {
            "inv_kfa": ("any real number", lambda x: True),
            "gamma_b": ("greater than 0 (ε_F)", lambda x: x > 0),
            "gamma_v": ("0 or greater (ε_F)", lambda x: x >= 0),
            "temperature": (
                f"0 or greater (ε_F), not between 0 and {_COLDEST:g}",
                lambda x: x == 0 or x >= _COLDEST,
            ),
            "cutoff": (
                "greater than 1 (k_F), below which there are fewer states than carriers",
                lambda x: x > 1,
            ),
        }
        for name, (domain, inside) in domains.items():
            value = real_number(name, getattr(self, name), domain)
            real_number(name, value, domain, valid=inside(value))
            object.__setattr__(self, name, value)

    @property
    def linewidth(self) -> float:
        """Total linewidth gamma = gamma_b + gamma_v."""
        return self.gamma_b + self.gamma_v

    @property
    def ratio(self) -> float:
        """The drive gamma_v / gamma_b."""
        return self.gamma_v / self.gamma_b

    @classmethod
    def from_ratio(
        cls,
        inv_kfa: float,
        gamma_b: float = 1e-3,
        ratio: float = 0.0,
        temperature: float = 0.0,
        cutoff: float = 100.0,
    ) -> Parameters:
        """Return the parameters with the drive in place of the decay rate.

        Parameters
        ----------
        inv_kfa, gamma_b, temperature, cutoff : float
            As in `Parameters`.
        ratio : float
            The drive gamma_v / gamma_b; not negative.

        Raises
        ------
        ValueError
            If a parameter is outside its domain.

        Examples
        --------
        >>> from numerics import Parameters
        >>> Parameters.from_ratio(inv_kfa=-1.0, gamma_b=1e-3, ratio=0.25).gamma_v
        0.00025
        """
        model = cls(inv_kfa, gamma_b, 0.0, temperature, cutoff)
        domain = "0 or greater, with a finite γ_v"
        value = real_number("ratio", ratio, domain)
        gamma_v = value * model.gamma_b
        real_number("ratio", value, domain, valid=value >= 0 and math.isfinite(gamma_v))
        return model.replace(gamma_v=gamma_v)

    def replace(self, **changes: Any) -> Parameters:
        """Return the parameters with some of them changed."""
        return dataclasses.replace(self, **changes)
