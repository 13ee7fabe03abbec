"""Functions of compiled expressions that JAX has to differentiate where points meet, too."""

from __future__ import annotations

from typing import Any

from derive.functions.runtime.array_functions import digamma_integral, log_integral


def divided_log(x: Any, y: Any, u: Any, v: Any) -> Any:
    """Return (log z - log w)/(z - w), z = x + i y and w = u + i v, regular where they meet."""
    return log_integral(x, y, u, v)


def divided_digamma(x: Any, y: Any, u: Any, v: Any) -> Any:
    """Return (psi(z) - psi(w))/(z - w) in the right half-plane, regular where they meet."""
    return digamma_integral(x, y, u, v)


def log_difference(*parts: Any) -> Any:
    """Return the divided difference of log over points within a half-plane."""
    return log_integral(*parts)


def digamma_difference(*parts: Any) -> Any:
    """Return the divided difference of the digamma function in the right half-plane."""
    return digamma_integral(*parts)


def constant(x: Any) -> Any:
    """Return a number that is no variable of a derivative."""
    from jax import lax

    return lax.stop_gradient(x)
