"""Gauss-Kronrod rules against their defining properties and QUADPACK's published numbers."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.quadrature.rules import Grid, gauss_kronrod, graded_panels

EPS = np.finfo(float).eps
ORDERS = (2, 3, 5, 7, 10, 15, 20)

# Piessens et al., QUADPACK (1983), routine QK21: half of the nodes and weights of the 21-point
# Kronrod rule, and the weights of the embedded 10-point Gauss rule, from the end to the middle.
QK21_NODES = (
    0.995657163025808080735527280689003,
    0.973906528517171720077964012084452,
    0.930157491355708226001207180059508,
    0.865063366688984510732096688423493,
    0.780817726586416897063717578345042,
    0.679409568299024406234327365114874,
    0.562757134668604683339000099272694,
    0.433395394129247190799265943165784,
    0.294392862701460198131126603103866,
    0.148874338981631210884826001129720,
    0.0,
)
QK21_WEIGHTS = (
    0.011694638867371874278064396062192,
    0.032558162307964727478818972459390,
    0.054755896574351996031381300244580,
    0.075039674810919952767043140916190,
    0.093125454583697605535065465083366,
    0.109387158802297641899210590325805,
    0.123491976262065851077958109585166,
    0.134709217311473325928054001771707,
    0.142775938577060080797094273138717,
    0.147739104901338491374841515972068,
    0.149445554002916905664936468389821,
)
QK21_GAUSS = (
    0.066671344308688137593568809893332,
    0.149451349150580593145863397657697,
    0.219086362515982043995534934228163,
    0.269266719309996355091226921569469,
    0.295524224714752870173815619188769,
)


def test_the_21_point_rule_is_that_of_quadpack():
    rule = gauss_kronrod(10)
    np.testing.assert_allclose(rule.nodes[-11:][::-1], QK21_NODES, rtol=0, atol=2 * EPS)
    # the weights solve a linear system whose condition is of the order of the number of nodes
    np.testing.assert_allclose(rule.weights[-11:][::-1], QK21_WEIGHTS, rtol=0, atol=20 * EPS)
    np.testing.assert_allclose(rule.embedded[1:10:2], QK21_GAUSS, rtol=0, atol=4 * EPS)
    assert not rule.embedded[::2].any()


@pytest.mark.parametrize("n", ORDERS)
def test_exact_up_to_degree_3n_plus_1_and_no_further(n):
    rule = gauss_kronrod(n)
    legendre = np.polynomial.legendre.legvander(rule.nodes, 3 * n + 4)
    exact = np.zeros(3 * n + 5)
    exact[0] = 2.0
    deviation = np.abs(rule.weights @ legendre - exact)
    # by symmetry, odd degrees are exact always, and the rule ends with an odd degree
    last = 3 * n + 1 if n % 2 == 0 else 3 * n + 2
    # the weights sum up to 2 and the polynomials are bounded by 1
    assert deviation[: last + 1].max() <= 2 * (2 * n + 1) * EPS
    assert deviation[last + 1] > 1e-6


@pytest.mark.parametrize("n", ORDERS)
def test_the_embedded_rule_is_gauss(n):
    rule = gauss_kronrod(n)
    legendre = np.polynomial.legendre.legvander(rule.nodes, 2 * n)
    exact = np.zeros(2 * n + 1)
    exact[0] = 2.0
    deviation = np.abs(rule.embedded @ legendre - exact)
    assert deviation[: 2 * n].max() <= 2 * (2 * n + 1) * EPS
    assert deviation[2 * n] > 1e-3


@pytest.mark.parametrize("n", ORDERS)
def test_nodes_interlace_and_weights_are_positive(n):
    rule = gauss_kronrod(n)
    gauss = np.polynomial.legendre.leggauss(n)[0]
    assert rule.nodes.shape == rule.weights.shape == rule.embedded.shape == (2 * n + 1,)
    assert (np.diff(rule.nodes) > 0).all()
    assert np.abs(rule.nodes).max() < 1
    assert (rule.weights > 0).all()
    # every second node is Gauss's, so those added lie between them and beyond
    np.testing.assert_allclose(rule.nodes[1::2], gauss, rtol=0, atol=4 * EPS)
    np.testing.assert_array_equal(rule.nodes, -rule.nodes[::-1])
    np.testing.assert_array_equal(rule.weights, rule.weights[::-1])


@settings(deadline=None, max_examples=200)
@given(
    start=st.floats(0, 10),
    length=st.floats(1e-3, 100),
    position=st.floats(-0.5, 1.5),
    depth=st.floats(-9, 1).map(lambda exponent: 10**exponent),
    separation=st.sampled_from([1.5, 2.0, 4.0]),
)
@example(start=0.0, length=20.0, position=0.05, depth=1e-9, separation=2.0)
@example(start=0.0, length=1.0, position=0.0, depth=1e-6, separation=2.0)
@example(start=0.0, length=1.0, position=1.0, depth=1e-6, separation=4.0)
def test_panels_cover_the_interval_and_keep_the_separation(
    start, length, position, depth, separation
):
    end = start + length
    singular = [complex(start + position * length, depth), complex(end + 1.0, -depth)]
    ends = graded_panels(start, end, singular, separation)
    assert ends[0] == start
    assert ends[-1] == end
    half, middle = np.diff(ends) / 2, (ends[1:] + ends[:-1]) / 2
    assert (half > 0).all()
    for point in singular:
        # to the rounding of middle and half-length
        assert (np.abs(point - middle) >= separation * half * (1 - 8 * EPS) - 8 * EPS * end).all()


def test_the_number_of_panels_grows_like_the_logarithm_of_the_distance():
    counts = np.array(
        [graded_panels(0.0, 20.0, [complex(0.9, 10.0**-k)]).size for k in range(2, 13)]
    )
    growth = np.diff(counts)
    # a factor of ten is log2(10) = 3.3 halvings, each of which adds a panel on either side of the
    # point and at most one more where it comes close to an end
    assert growth.min() >= 1
    assert growth.max() <= 3 * np.log2(10) + 2
    assert np.ptp(counts - counts[0] - np.arange(11) * growth.mean()) <= 2 * np.log2(10)


def test_a_singular_point_on_the_interval_does_not_run_forever():
    ends = graded_panels(0.0, 1.0, [0.3 + 0j])
    assert ends[0] == 0.0
    assert ends[-1] == 1.0
    assert (np.diff(ends) > 0).all()
    assert ends.size < 400


# name, integrand, interval, singular points, exact integral, condition: sum of |f| over |integral|
GAMMA = 1e-8
INTEGRALS = {
    "exponential": (np.exp, (0.0, 1.0), [], np.e - 1, 1),
    "oscillation": (lambda x: np.cos(20 * x), (0.0, 2.0), [1 + 0.1j], np.sin(40) / 20, 30),
    "square root close to an end": (
        lambda x: np.sqrt(x + 1e-6),
        (0.0, 1.0),
        [-1e-6 + 0j],
        2 / 3 * ((1 + 1e-6) ** 1.5 - 1e-9),
        1,
    ),
    "logarithm close to an end": (
        lambda x: np.log(x + 1e-9),
        (0.0, 1.0),
        [-1e-9 + 0j],
        (1 + 1e-9) * np.log1p(1e-9) - 1e-9 * np.log(1e-9) - 1,
        1,
    ),
    "logarithm close to the path": (
        lambda x: np.log(x * x + GAMMA**2),
        (-1.0, 1.0),
        [complex(0, GAMMA)],
        2 * np.log1p(GAMMA**2) - 4 + 4 * GAMMA * np.arctan(1 / GAMMA),
        1,
    ),
    "Lorentzian 1e-8 wide": (
        lambda x: GAMMA / (x * x + GAMMA**2),
        (-1.0, 2.0),
        [complex(0, GAMMA)],
        np.arctan(1 / GAMMA) + np.arctan(2 / GAMMA),
        1,
    ),
    "derivative of a Lorentzian": (
        lambda x: GAMMA * x / (x * x + GAMMA**2),
        (-1.0, 2.0),
        [complex(0, GAMMA)],
        GAMMA / 2 * (np.log(4 + GAMMA**2) - np.log1p(GAMMA**2)),
        60,
    ),
    "quasiparticle energy": (
        lambda x: 1 / np.sqrt(x * x + 1e-6),
        (-1.0, 1.0),
        [1e-3j],
        2 * np.arcsinh(1e3),
        1,
    ),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals_known_exactly(name):
    function, (start, end), singular, exact, condition = INTEGRALS[name]
    grid = Grid.on(graded_panels(start, end, singular), gauss_kronrod())
    value, _ = grid.integrate(function(grid.nodes))
    # at separation 2, the 21-point rule leaves (2 + sqrt 3)**-64 of the integrand
    rounding = 40 * EPS * condition * abs(exact)
    assert abs(value - exact) <= rounding


@pytest.mark.parametrize("name", INTEGRALS)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 7])
def test_estimates_are_honest_on_coarse_rules(name, n):
    function, (start, end), singular, exact, condition = INTEGRALS[name]
    grid = Grid.on(graded_panels(start, end, singular), gauss_kronrod(n))
    value, error = grid.integrate(function(grid.nodes))
    assert abs(value - exact) <= error + 40 * EPS * condition * abs(exact)


def test_vector_valued_integrals_are_integrals_of_the_components():
    grid = Grid.on(graded_panels(0.0, 1.0, [0.5 + 0.01j]), gauss_kronrod(5))
    powers = grid.nodes ** np.arange(4)[:, None]
    value, error = grid.integrate(powers)
    assert value.shape == error.shape == (4,)
    np.testing.assert_allclose(value, 1 / np.arange(1, 5), rtol=8 * EPS)
    for row, total in zip(powers, value, strict=True):
        np.testing.assert_allclose(grid.integrate(row)[0], total, rtol=8 * EPS)


def test_rules_are_values():
    rule = gauss_kronrod(10)
    assert rule is gauss_kronrod(10)
    with pytest.raises(AttributeError):
        rule.nodes = rule.weights
