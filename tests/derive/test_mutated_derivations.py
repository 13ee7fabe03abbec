"""Records fail when what they are derived from is wrong: not the claim is changed, its source."""

import pytest
import sympy as sp

from derive import branches, nambu
from derive.paper import CheckError, appendix_c, ledger

_PROJECTORS = nambu.projectors
_CACHES = (appendix_c._values, appendix_c._adds_up)


def _mixed(*arguments, **named):
    """Return projectors that keep their sum, a tenth of each in the other's place."""
    upper, lower = _PROJECTORS(*arguments, **named)
    tenth = (lower - upper) / 10
    return upper + tenth, lower - tenth


def _nonsense(*_, **__):
    return sp.ImmutableMatrix([[1, 2], [2, 5]])


@pytest.fixture
def fresh():
    """Derive again, and once more after the test."""
    for cached in _CACHES:
        cached.cache_clear()
    yield
    for cached in _CACHES:
        cached.cache_clear()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("number", ["C2", "C3", "C4", "C5", "C9", "C10"])
def test_branches_need_the_projectors(number, monkeypatch):
    monkeypatch.setattr(nambu, "projectors", _mixed)
    with pytest.raises(CheckError):
        ledger()[number].check()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("number", ["C6", "C7", "C9", "C10"])
def test_keldysh_parts_need_the_distribution(number, monkeypatch):
    for module in (branches, appendix_c):
        monkeypatch.setattr(module, "distribution_matrix", _nonsense)
    with pytest.raises(CheckError):
        ledger()[number].check()
