"""What the public functions accept, and that everything else is refused in one line."""

import decimal
import fractions
import math
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from numerics import Parameters, domain

#: What is a real number, and the double that it is.
NUMBERS = [
    (2, 2.0),
    (-0.0, -0.0),
    (10**20, 1e20),
    (1e308, 1e308),
    (5e-324, 5e-324),
    (fractions.Fraction(1, 4), 0.25),
    (decimal.Decimal("0.25"), 0.25),
    (np.float16(0.5), 0.5),
    (np.longdouble(0.5), 0.5),
    (np.uint64(2**64 - 1), 2.0**64),
    (np.array(0.5), 0.5),
    (np.ma.array(0.5), 0.5),
]
#: What is none, alone or in a list.
NO_NUMBERS = [
    None,
    "0.5",
    "",
    b"1",
    True,
    np.True_,
    np.array(True),
    {},
    {0.5},
    object,
    object(),
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    10**5000,
    np.longdouble("1e4000"),
    decimal.Decimal("NaN"),
    decimal.Decimal("sNaN"),
    fractions.Fraction(10**400, 3),
    np.datetime64("2017-09-15"),
    np.ma.masked,
    np.ma.array(1.0, mask=True),
    np.array([(1.0,)], dtype=[("a", float)]),
]
NO_REAL_NUMBERS = [1j, 0.5 + 0j, np.complex64(1)]


def refused(check, *arguments, **options):
    with pytest.raises(ValueError, match=r"^\S.* outside (its|their) domain: ") as caught:
        check(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 200
    return message


@pytest.mark.parametrize(("value", "number"), NUMBERS, ids=str)
def test_real_numbers_of_any_type(value, number):
    found = domain.real("x", value, "any real number")
    assert type(found) is float
    assert found == number
    assert math.copysign(1, found) == math.copysign(1, number)
    assert domain.reals("x", value) == number
    assert domain.reals("x", [[value, 1]]).tolist() == [[number, 1.0]]
    assert domain.complexes("x", [value, 1j]).tolist() == [number, 1j]


@pytest.mark.parametrize(
    "value", [*NO_NUMBERS, *NO_REAL_NUMBERS, [], [0.5], ()], ids=lambda value: type(value).__name__
)
def test_what_is_no_real_number(value):
    assert refused(domain.real, "x", value, "any real number").startswith("x = ")


@pytest.mark.parametrize(
    "value", [*NO_NUMBERS, *NO_REAL_NUMBERS], ids=lambda value: type(value).__name__
)
def test_what_is_no_array_of_real_numbers(value):
    for given_value in (value, [value], [0.5, value], ((value, 0.5), (1, 2))):
        refused(domain.reals, "x", given_value)
        refused(domain.ascending, "x", given_value)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_array_of_numbers(value):
    for given_value in (value, [value], [0.5j, value], ((value, 0.5j), (1, 2))):
        refused(domain.complexes, "x", given_value)


@pytest.mark.parametrize("check", [domain.reals, domain.complexes, domain.ascending])
def test_shapes_that_are_none(check):
    itself = []
    itself.append(itself)
    for value in ([1, [1, 2]], itself, [[np.zeros(2)], [np.zeros(3)]]):
        refused(check, "x", value)


def test_the_first_number_outside_is_named():
    message = refused(
        domain.reals, "q", [[1.0, 2.0], [-3.0, math.nan]], "positive", lambda q: q > 0
    )
    assert message == "q = -3.0 is outside its domain: positive"
    message = refused(domain.complexes, "omega", np.array([1, 1 - 2j]), "up", lambda w: w.imag >= 0)
    assert message == "omega = (1-2j) is outside its domain: up"
    assert refused(domain.reals, "q", np.array([1.0, np.inf])).startswith("q = inf is outside")


def test_masked_elements_are_refused_and_others_are_not():
    plain = np.ma.array([[1.0, 2.0]], mask=False)
    assert domain.reals("q", plain).tolist() == [[1.0, 2.0]]
    assert type(domain.reals("q", plain)) is np.ndarray
    hidden = np.ma.array([1.0, 2.0], mask=[False, True])
    for value in (hidden, [hidden], ([hidden], [[0.0, 0.0]]), [1.0, np.ma.masked]):
        for check in (domain.reals, domain.complexes, domain.ascending):
            assert refused(check, "q", value).endswith("none of them masked")


@given(npst.arrays(st.sampled_from([np.int8, np.uint32, np.float32, np.float64]), (2, 3)))
def test_arrays_keep_their_shape_and_values(array):
    if np.isfinite(array).all():
        np.testing.assert_array_equal(domain.reals("x", array), array)
        np.testing.assert_array_equal(domain.complexes("x", array.tolist()), array)
    else:
        refused(domain.reals, "x", array)


def test_given_arrays_are_not_changed():
    array = np.array([1.0, 2.0])
    domain.reals("x", array, "positive", lambda x: x > 0)
    domain.ascending("x", array)
    assert array.tolist() == [1.0, 2.0]


def test_grids():
    assert domain.ascending("q", 3).tolist() == [3.0]
    assert domain.ascending("q", (1, 2.5)).tolist() == [1.0, 2.5]
    for value in ([], [[1.0]], [1, 1], [2, 1], [1e-320, 0.0]):
        refused(domain.ascending, "q", value)
    refused(domain.ascending, "q", [0.0, 1.0], "positive, ascending", lambda q: q > 0)


def test_predicates_see_finite_numbers_only():
    def inside(x):
        assert np.isfinite(x).all()
        return x > 0

    assert domain.real("x", 1, "positive", inside) == 1
    refused(domain.real, "x", math.nan, "positive", inside)
    refused(domain.reals, "x", [1.0, math.nan], "positive", inside)


def test_broadcasting():
    q, omega = domain.broadcast(q=np.zeros((2, 1)), omega=np.zeros(3))
    assert q.shape == omega.shape == (2, 3)
    with pytest.raises(ValueError, match=r"^q and omega of the shapes \(2,\) and \(3,\) are outs"):
        domain.broadcast(q=np.zeros(2), omega=np.zeros(3))


def test_words():
    assert domain.choice("part", "intra", ("all", "intra")) == "intra"
    for value in ("Intra", "", None, ["all"], np.array(["all", "all"]), 0, b"all"):
        message = refused(domain.choice, "part", value, ("all", "intra"), "no other is known")
        assert message.endswith(": all, intra: no other is known")
    assert domain.choices("kinds", iter("BAB"), "ABC") == ("B", "A")
    assert domain.choices("kinds", [], "ABC") == ()
    for value in ("A", "AB", None, ["A", "D"], ["A", ["B"]], 3, np.array("A"), b"AB"):
        refused(domain.choices, "kinds", value, "ABC")


def test_integers():
    assert domain.integer("n", np.int8(20), 0, 20) == 20
    for value in (-1, 21, 1.0, True, None, "1", 10**5000, np.array(1)):
        refused(domain.integer, "n", value, 0, 20)


def test_tolerances():
    assert domain.tolerance(1e-8) == 1e-8
    for value in (0, 1, -1e-8, math.nan, "1e-8", None, True, [1e-8]):
        assert refused(domain.tolerance, value).startswith("rtol = ")


def test_other_types():
    assert domain.flag("full", np.True_) is True
    assert domain.path("store", Path("x")) == Path("x")
    assert domain.function("progress", print) is print
    with ThreadPoolExecutor(1) as pool:
        assert domain.executor("executor", pool) is pool
    assert domain.instance("parameters", Parameters(0.0), Parameters) == Parameters(0.0)
    refused(domain.flag, "full", 1)
    refused(domain.flag, "full", np.array([True, True]))
    refused(domain.path, "store", 3)
    refused(domain.path, "store", "")
    refused(domain.function, "progress", "print")
    refused(domain.executor, "executor", ThreadPoolExecutor)
    refused(domain.executor, "executor", 2)
    message = refused(domain.instance, "parameters", Parameters, Parameters)
    assert message.endswith("is outside its domain: a Parameters")


class Nameless:
    def __repr__(self):
        raise RuntimeError


def test_values_are_shown_in_one_short_line():
    for value, shown in (
        (np.zeros((40, 40)), r"array\(\[\[0\., 0\., .* \.\.\."),
        ("x" * 1000, r"'x+ \.\.\."),
        (10**5000, "<int>"),
        (Nameless(), "<Nameless>"),
        ("two\nlines", r"'two\\nlines'"),
    ):
        message = str(domain.outside("value", value, "none"))
        assert re.fullmatch(rf"value = {shown} is outside its domain: none", message)
        assert len(message) < 100
