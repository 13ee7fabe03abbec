"""Calls end in time, with an answer or a reason."""

import itertools
import threading

import pytest
import sympy as sp

from derive import fermi, integrate_frequency, kramers_kronig, matsubara_sum
from derive.frequency import deadline
from derive.frequency.deadline import Deadline, bounded

i = sp.I
nu = sp.Symbol("nu", real=True)
z = sp.Symbol("z")
g = sp.Symbol("gamma", positive=True)
UNDECIDED = 1 / ((nu - z) * (nu + i * g))


def endless(pole):
    for _ in itertools.count():
        pass


@pytest.fixture
def short(monkeypatch):
    """Let calls end after a moment."""
    monkeypatch.setattr(deadline, "SECONDS", 0.05)


def test_a_step_without_end_is_interrupted(short):
    """A function of the user's that never returns stands for any step that looks at no clock."""
    with pytest.raises(ValueError, match=r"no answer within 0\.05 s, while looking for the poles"):
        integrate_frequency(UNDECIDED, nu, side=endless)
    with pytest.raises(ValueError, match=r"no answer within 0\.05 s"):
        kramers_kronig(UNDECIDED, nu, side=endless)


def test_what_handles_exceptions_does_not_handle_the_end(short):
    @bounded
    def handling():
        while True:
            try:
                endless(None)
            except Exception:
                continue

    with pytest.raises(ValueError, match="no answer"):
        handling()


def test_an_interruption_that_is_lost_is_repeated(short, monkeypatch):
    monkeypatch.setattr(deadline, "_AGAIN", 0.05)
    lost = []

    @bounded
    def losing():
        try:
            endless(None)
        except BaseException as error:
            lost.append(error)
        endless(None)

    with pytest.raises(ValueError, match="no answer"):
        losing()
    assert len(lost) == 1


def test_nothing_is_interrupted_after_an_answer(short):
    """Nor is the next call, nor another thread."""
    assert bounded(lambda: 1)() == 1
    waiting = threading.Event()
    assert not waiting.wait(0.2)
    assert all(t.name != "nambu-deadline" for t in threading.enumerate())


def test_a_call_within_a_call_has_no_time_of_its_own(short):
    seen = []

    @bounded
    def inner():
        seen.append(Deadline.current())

    @bounded
    def outer():
        seen.append(Deadline.current())
        inner()

    outer()
    assert seen[0] is seen[1]
    assert Deadline.current() is not seen[0]


def test_steps_look_at_the_clock():
    ticks = iter([0.0, 1.0, 2.0, 3.5])
    until = Deadline(3.0, clock=lambda: next(ticks))
    until.check("counting")
    until.check("counting")
    with pytest.raises(ValueError, match="no answer within 3 s, while resting"):
        until.check("resting")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: integrate_frequency(fermi(nu, 0) / (nu**2 + g**2), nu),
        lambda: integrate_frequency(fermi(nu, 0) / (nu**2 + g**2), nu, divided=False),
        lambda: matsubara_sum(1 / (nu**2 + g**2), nu, g),
        lambda: kramers_kronig(g / (nu**2 + g**2), nu),
    ],
)
def test_every_call_is_watched(ask, monkeypatch):
    started = []

    def start(self):
        started.append(self._seconds)

    monkeypatch.setattr(deadline._Watch, "start", start)
    ask()
    assert started == [deadline.SECONDS]


def test_poles_with_roots_are_summed_without_rationalising():
    """Eight roots in one denominator took longer than anyone waited; the sum is compared at once.

    Closing the contour in the other half-plane is the independent route.
    """
    poles = [sp.sqrt(k) - i * sp.sqrt(k + 1) * (-1) ** k for k in range(2, 10)]
    found = integrate_frequency(1 / sp.Mul(*(nu - p for p in poles)), nu)
    above = [p for p in poles if sp.im(p) > 0]
    residues = [1 / sp.Mul(*(p - q for q in poles if q != p)) for p in above]
    assert abs(sp.N(found - i * sp.Add(*residues), 30)) < 1e-25


def test_numbers_are_multiplied_out():
    poles = [sp.Rational(k, 3) - i * sp.Rational(k, 5) * (-1) ** k for k in range(2, 10)]
    found = integrate_frequency(1 / sp.Mul(*(nu - p for p in poles)), nu)
    below = [p for p in poles if sp.im(p) < 0]
    residues = [1 / sp.Mul(*(p - q for q in poles if q != p)) for p in below]
    real, imaginary = found.as_real_imag()
    assert found == real + i * imaginary
    assert abs(sp.N(found + i * sp.Add(*residues), 30)) < 1e-25


@pytest.mark.parametrize("divided", [True, False])
def test_long_polynomials_are_not_factored(divided):
    """Factoring a complex one of four poles takes SymPy minutes; the reason comes at once."""
    energies = sp.symbols("e1:5", real=True)
    product = sp.Mul(*(nu - e + (-1) ** k * i * g for k, e in enumerate(energies)))
    with pytest.raises(ValueError, match="give the denominator in factors"):
        integrate_frequency(fermi(nu, 0) / sp.expand(product), nu, divided=divided)
