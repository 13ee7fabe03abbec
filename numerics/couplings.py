"""What pairs the carriers: an attraction between them."""

from __future__ import annotations

from dataclasses import dataclass

from numerics.domain import real
from numerics.kept import Given


@dataclass(frozen=True)
class Contact(Given):
    """An attraction of zero range.

    Parameters
    ----------
    inv_kfa : float
        Interaction strength (k_F a_s)**-1; any real number, negative on the BCS side.
    """

    inv_kfa: float

    def __post_init__(self) -> None:
        value = real("inv_kfa", self.inv_kfa, "any real number", lambda x: True)
        object.__setattr__(self, "inv_kfa", value)
