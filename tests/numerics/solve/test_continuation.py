"""Newton's method and continuation on systems whose solutions are known."""

import collections
import itertools

import numpy as np
import pytest

from numerics.solve.continuation import ContinuationError, follow, newton, tangent

ONES = np.ones(2)


def square_root(x):
    return x * x - 2, np.diag(2 * x)


def coupled(x):
    """Two circles through (1, 2): x^2 + y^2 = 5 and (x - 2)^2 + y^2 = 5."""
    residuals = np.array([x @ x - 5, (x[0] - 2) ** 2 + x[1] ** 2 - 5])
    return residuals, np.array([[2 * x[0], 2 * x[1]], [2 * (x[0] - 2), 2 * x[1]]])


def test_newton_converges_quadratically_to_known_roots():
    found = newton(square_root, np.array([1.0, 3.0]), ONES)
    assert found.converged
    np.testing.assert_allclose(found.point, np.sqrt(2), rtol=4e-16)
    assert found.steps <= 7
    found = newton(coupled, np.array([0.8, 2.5]), ONES)
    assert found.converged
    np.testing.assert_allclose(found.point, [1, 2], rtol=1e-14)


def test_steps_are_limited_to_one_half_of_the_scales():
    visited = []

    def observed(x):
        visited.append(x.copy())
        return np.array([x[0] - 10.0]), np.array([[1.0]])

    found = newton(observed, np.zeros(1), np.array([4.0]), most=20)
    np.testing.assert_allclose(np.ravel(visited), [0, 2, 4, 6, 8, 10], atol=1e-12)
    assert found.converged
    assert found.point[0] == pytest.approx(10)


def test_the_scales_do_not_change_where_it_goes():
    for scales in (ONES, np.array([1e-2, 1e3])):
        found = newton(coupled, np.array([0.999, 2.001]), scales)
        np.testing.assert_allclose(found.point, [1, 2], rtol=1e-13)


def test_stagnation_at_rounding_counts_as_converged():
    rng = np.random.default_rng(1)

    def noisy(x):
        return x - 1 + 1e-9 * rng.uniform(0.5, 1, x.size), np.eye(x.size)

    found = newton(noisy, np.zeros(2), 4 * ONES, tolerance=1e-16, most=50)
    assert found.converged
    np.testing.assert_allclose(found.point, 1, atol=2e-9)


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        (lambda x: (x * x + 1, np.diag(2 * x + 1e-3)), "no real root"),
        (lambda x: (x, np.zeros((2, 2))), "singular Jacobian"),
        (lambda x: (x * np.nan, np.eye(2)), "residuals that are no numbers"),
        (lambda x: (x - 1, np.diag([1.0, np.inf])), "an infinite Jacobian"),
        (lambda x: (x - 100, np.eye(2)), "too far away for its steps"),
    ],
)
def test_failures_are_reported_with_the_last_iterate(system, reason):
    found = newton(system, np.array([0.3, 0.4]), ONES)
    assert not found.converged, reason
    assert np.isfinite(found.point).all()
    assert 1 <= found.steps <= 12
    assert found.jacobian.shape == (2, 2)


def circle(x):
    """Return the unit circle in (x, parameter), with folds at parameter = -1 and 1."""
    return np.array([x @ x - 1]), 2 * x[None, :]


def unscaled(x):
    return np.ones(x.size)


def test_it_follows_a_circle_around_its_folds():
    start = np.array([1.0, 0.0])
    steps = list(
        itertools.islice(
            follow(circle, start, np.array([0.0, 1.0]), unscaled, length=0.3, longest=0.3), 40
        )
    )
    points = np.array([step.point for step in steps])
    np.testing.assert_array_equal(points[0], start)
    # the last step of Newton's method is below 1e-3, so that the error is below its square
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-6)
    angles = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    assert (np.diff(angles) > 0).all()  # never back
    assert angles[-1] > 2 * np.pi  # twice through the folds
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert chords.max() < 0.33
    for step in steps:
        assert np.linalg.norm(step.tangent) == pytest.approx(1, rel=1e-14)
        # perpendicular to the radius, to the error of the Jacobian before the last iteration
        assert abs(step.tangent @ step.point) < 0.06


def test_the_orientation_decides_where_it_goes():
    for sign in (-1.0, 1.0):
        steps = follow(circle, np.array([1.0, 0.0]), np.array([0.0, sign]), unscaled)
        next(steps)
        assert np.sign(next(steps).point[1]) == sign


def test_steps_are_measured_by_the_scales():
    # the same circle, stretched a thousandfold: with the scales the same steps
    stretch = np.array([1e3, 1e-3])

    def ellipse(x):
        residuals, jacobian = circle(x / stretch)
        return residuals, jacobian / stretch

    plain = follow(circle, np.array([1.0, 0.0]), np.array([0.0, 1.0]), unscaled)
    scaled = follow(ellipse, np.array([1e3, 0.0]), np.array([0.0, 1.0]), lambda x: stretch)
    for a, b in itertools.islice(zip(plain, scaled, strict=False), 12):
        np.testing.assert_allclose(b.point / stretch, a.point, atol=1e-9)


def power(x):
    """Return y = 1e-4 x**3, relative to its size."""
    size = abs(x[1]) + 1e-4 * abs(x[0]) ** 3
    residuals, jacobian = [x[1] - 1e-4 * x[0] ** 3], [[-3e-4 * x[0] ** 2, 1.0]]
    return np.array(residuals) / size, np.array(jacobian) / size


def test_what_is_straight_in_logarithms_is_followed_in_long_steps():
    asked = []

    def observed(x):
        asked.append(x)
        return power(x)

    def points(**options):
        asked.clear()
        steps = follow(observed, np.array([1.0, 1e-4]), ONES, np.abs, longest=8.0, **options)
        return np.array([s.point for s in itertools.takewhile(lambda s: s.point[1] < 1e20, steps)])

    found = points(advance=lambda x, way: x * np.exp(way))
    np.testing.assert_allclose(found[:, 1], 1e-4 * found[:, 0] ** 3, rtol=1e-5)
    # one evaluation at the start, and at every other point one: it is where it was expected
    assert len(asked) == len(found) + 1 <= 14
    # on the scales where a step begins it is not straight
    assert len(points()) > 2 * len(found)


def test_steps_are_shorter_where_the_curve_turns():
    def bend(x):
        """y = artanh(x), straight on either side of the origin."""
        return np.array([x[1] - np.tanh(50 * x[0])]), np.array([[-50 / np.cosh(50 * x[0]) ** 2, 1]])

    start, way = np.array([-0.5, -1.0]), np.array([1.0, 0.0])
    steps = follow(bend, start, way, unscaled, advance=lambda x, way: x + way, longest=1.0)
    found = list(itertools.takewhile(lambda s: s.point[0] < 0.5, steps))
    # it climbs in between, and is not left on the way: nowhere does it turn by more than 0.65
    heights = np.array([s.point[1] for s in found])
    assert (np.diff(heights) > -1e-6).all()
    assert (np.abs(heights) < 0.9).any()
    for a, b in itertools.pairwise(found):
        assert a.tangent @ b.tangent > np.cos(0.65)


@pytest.mark.parametrize("branch", ["trivial", "parabola"])
def test_it_goes_straight_through_a_pitchfork(branch):
    # x (x^2 - r) = 0: the branch x = 0 for all r meets the parabola r = x^2 at the origin
    def pitchfork(x):
        return (
            np.array([x[0] * (x[0] ** 2 - x[1])]),
            np.array([[3 * x[0] ** 2 - x[1], -x[0]]]),
        )

    if branch == "trivial":
        start, way, off = np.array([0.0, -1.03]), np.array([0.0, 1.0]), lambda x: x[:, 0]
    else:
        start, way = np.array([1.1, 1.21]), np.array([-1.0, -2.0])

        def off(x):
            return x[:, 1] - x[:, 0] ** 2

    steps = itertools.islice(follow(pitchfork, start, way, unscaled, longest=0.4), 14)
    points = np.array([step.point for step in steps])
    np.testing.assert_allclose(off(points), 0, atol=1e-5)
    along = points[:, 1] if branch == "trivial" else -points[:, 0]
    assert (np.diff(along) > 0).all()
    assert along[-1] > 1


def test_it_shortens_its_step_where_the_curve_bends():
    # y = tanh(200 t): a bend much sharper than the first step
    def bend(x):
        t = np.tanh(200 * x[1])
        return np.array([x[0] - t]), np.array([[1.0, -200 * (1 - t * t)]])

    passed = []
    for step in itertools.islice(
        follow(bend, np.array([-1.0, -1.0]), np.array([0.0, 1.0]), unscaled), 400
    ):
        passed.append(step.point)
        if step.point[1] > 0.5:
            break
    points = np.array(passed)
    assert points[-1, 1] > 0.5
    # on the steep piece, as on the flat ones, the last step was below 1e-3
    np.testing.assert_allclose(points[:, 0], np.tanh(200 * points[:, 1]), atol=1e-2)


def test_the_end_of_a_curve_is_reported_with_the_last_point():
    # solutions exist up to parameter = 1 only; beyond, the system is no number
    def ends(x):
        value = np.nan if x[1] > 1 else 0.0
        return np.array([x[0] + value]), np.array([[1.0, 0.0]])

    points = []
    steps = follow(ends, np.array([0.0, 0.0]), np.array([0.0, 1.0]), unscaled)
    with pytest.raises(ContinuationError, match="came to a halt") as halted:
        collections.deque(map(points.append, (step.point for step in steps)), maxlen=0)
    np.testing.assert_array_equal(halted.value.last, points[-1])
    assert 1 - 1e-5 < points[-1][1] <= 1


def test_the_tangent_spans_the_null_space():
    matrix = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
    for sign in (-1, 1):
        along = tangent(matrix, np.array([0.0, 0.0, float(sign)]))
        np.testing.assert_allclose(matrix @ along, 0, atol=1e-15)
        assert np.linalg.norm(along) == pytest.approx(1)
        assert np.sign(along[2]) == sign
