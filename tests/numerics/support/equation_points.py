"""Points of the equations at which hypothesis looks, solutions or not."""

import numpy as np
from hypothesis import strategies as st

from numerics.parameters import Parameters
from numerics.steady.equations import Unknowns


def powers_of_ten(low, high):
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


@st.composite
def points(draw, temperatures, rates=(-8.0, -1.0), cutoffs=(0.31, 3.0)):
    """Return (parameters, gamma_v, unknowns), often with the edge at the gap."""
    gamma_b = draw(powers_of_ten(*rates))
    gap = draw(powers_of_ten(-5.0, 0.3))
    mu = draw(st.floats(-3.0, 2.0))
    lowest = gap if mu > 0 else float(np.hypot(gap, mu))
    edge = draw(
        st.one_of(
            st.just(0.0),
            st.floats(-1.0, 3.0),
            st.floats(-30.0, 30.0).map(lambda k: lowest + k * gamma_b),
        )
    )
    parameters = Parameters(
        inv_kfa=draw(st.floats(-3.0, 3.0)),
        gamma_b=gamma_b,
        temperature=draw(temperatures),
        cutoff=draw(powers_of_ten(*cutoffs)),
    )
    gamma_v = gamma_b * draw(st.floats(0.0, 1.2))
    # rounding of smaller ones would be below the smallest number
    return parameters, gamma_v if gamma_v > 1e-290 else 0.0, Unknowns(gap, mu, edge)


COLD = st.just(0.0)
WARM = powers_of_ten(-4.0, -0.5)
