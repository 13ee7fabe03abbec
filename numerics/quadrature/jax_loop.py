"""The loop over the nodes of panels that JAX compiles, for whatever processor it finds.

As `numerics.quadrature.node_loop`, but for blocks of one number of panels: a program of JAX is for
arrays of one shape.  Positions are counted from the edges of the spectra before, in extended
precision, which other processors have not.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.carriers import starts
from numerics.quadrature.node_loop import NodeLoop, Sums
from numerics.quadrature.panels import Panels
from numerics.quadrature.rules import Rule

Array = NDArray[np.float64]


def require_jax() -> Any:
    """Return the module jax.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module("jax")
    except ImportError:
        raise ImportError('batches on JAX need jax: install "nambu[jax]"') from None


def panel_sums(loop: NodeLoop, panels: Panels, rule: Rule, block: int) -> Sums:
    """Return the integrals of the outputs of a kernel over panels, as the loop itself does.

    Parameters
    ----------
    loop : NodeLoop
        Of a kernel that there is for JAX, and sums over all that fills the states.
    panels : Panels
    rule : Rule
    block : int
        How many panels are done at once; the last ones are filled up.

    Raises
    ------
    ImportError
        If there is no JAX.
    """
    if loop.filling.one_sided:
        raise NotImplementedError("one-sided sums over what fills the states")
    jax = require_jax()
    each, terms = _panel_rows(panels), _term_rows(loop, panels)
    filling = loop.filling
    scalars = np.array([loop.offset, loop.closest, loop.smooth, *filling.constants])
    found = []
    with _doubles(jax):
        run = _compiled(loop.module, loop.program, _groups(loop))
        shared = [jax.numpy.asarray(x) for x in (scalars, filling.steps, rule.rows)]
        for first in range(0, len(panels), block):
            some = slice(first, first + block)
            found.append(
                run(*shared, _filled_up(each[some], block), _filled_up(terms[some], block))
            )
        columns = [np.concatenate(x)[: len(panels)] for x in zip(*found, strict=True)]
    value, difference, size, smooth = columns
    return Sums(value.view(complex), difference.view(complex), size, smooth)


def _doubles(jax: Any) -> contextlib.AbstractContextManager[Any]:
    """Return a context in which JAX computes with doubles."""
    if hasattr(jax, "enable_x64"):
        context: contextlib.AbstractContextManager[Any] = jax.enable_x64(True)
        return context
    from jax.experimental import enable_x64

    return enable_x64()


def _groups(loop: NodeLoop) -> tuple[int, ...] | None:
    return None if loop.groups is None else tuple(loop.groups.tolist())


def _filled_up(rows: Array, block: int) -> Array:
    """Return a block of rows, of which those that are missing are the first one again."""
    missing = block - len(rows)
    return np.concatenate([rows, np.repeat(rows[:1], missing, axis=0)]) if missing else rows


def _panel_rows(panels: Panels) -> Array:
    """Return origin, scale, middle, half of the length, and whether it is a tail, of each panel."""
    middle, half = (panels.start + panels.end) / 2, (panels.end - panels.start) / 2
    columns = (panels.origin.astype(float), panels.scale, middle, half, panels.tail)
    return np.stack(columns, axis=1, dtype=float)


def _term_rows(loop: NodeLoop, panels: Panels) -> Array:
    """Return the sign of y, where both frequencies start, and constants, of each panel and term.

    Each start comes with its distances from the edges above and below.
    """
    owner = panels.owner
    half = loop.transfer.astype(np.longdouble)[owner] / 2
    rows = np.empty((len(owner), len(loop.terms), 7 + len(loop.constants[0])))
    for k, ((sign, turn), constants) in enumerate(zip(loop.terms, loop.constants, strict=True)):
        rows[:, k, 0] = sign
        for place, shift in ((1, -turn * half), (4, turn * half)):
            columns = starts(loop.edge, sign * panels.origin, shift)
            rows[:, k, place : place + 3] = np.stack(columns, axis=1)
        for place, constant in enumerate(constants, 7):
            rows[:, k, place] = constant if np.ndim(constant) == 0 else np.asarray(constant)[owner]
    return rows


@functools.cache
def _compiled(module: str, program: str, groups: tuple[int, ...] | None) -> Callable[..., Any]:
    """Return what integrates a kernel over a block of panels, in all terms."""
    jax = require_jax()
    kernel = jax.jit(getattr(importlib.import_module(f"numerics.kernels.{module}_jax"), program))
    # apart, as what becomes one program computes the kernel again for each output and each sum
    arguments = jax.jit(functools.partial(_arguments, jax.numpy))
    sums = jax.jit(functools.partial(_sums, jax.numpy, groups))

    def run(*given: Any) -> tuple[Any, ...]:
        inputs, *weighted = arguments(*given)
        found: tuple[Any, ...] = sums(kernel(*inputs), *weighted)
        return found

    return run


def _arguments(
    jnp: Any, scalars: Any, steps: Any, rule: Any, panels: Any, terms: Any
) -> tuple[Any, ...]:
    """Return the arguments of the kernel, weights, and the smooth inverse root, at all nodes.

    They have one axis of panels, one of terms, and one of nodes; the arguments have one of all
    three, along which the kernel is vectorised in two thirds of the time.
    """
    offset, closest, scale = scalars[0], scalars[1], scalars[2]
    panel, term = jnp.moveaxis(panels, 1, 0)[..., None, None], jnp.moveaxis(terms, 2, 0)[..., None]
    away, slope = _nodes(jnp, panel, rule[0])
    place = panel[0] + away
    y, *places = _places(jnp, term, place, away)
    filled = _filled(jnp, y + offset, steps, scalars[3:])
    # once they are filled, as what fills them may step closer to zero
    y = jnp.where(jnp.abs(y) < closest, jnp.where(y >= 0, closest, -closest), y)
    smooth = 1 / jnp.sqrt(jnp.sqrt(place * place + scale * scale))
    inputs = [jnp.broadcast_to(x, y.shape).ravel() for x in (y, *places, *filled, *term[7:])]
    return inputs, slope * rule[1], slope * rule[2], smooth


def _sums(
    jnp: Any, groups: tuple[int, ...] | None, outputs: Any, fine: Any, coarse: Any, smooth: Any
) -> tuple[Any, ...]:
    """Return the integrals over panels in all terms, as `Sums` has them, of parts."""
    values = jnp.stack([x.reshape(len(fine), -1, fine.shape[-1]) for x in outputs], axis=2)
    parts = jnp.abs(values[:, :, ::2]) + jnp.abs(values[:, :, 1::2])
    if groups is not None:
        members = [[k for k, g in enumerate(groups) if g == n] for n in range(max(groups) + 1)]
        parts = jnp.stack([parts[:, :, jnp.array(m)].max(axis=2) for m in members], axis=2)
    return (
        (values * fine[:, :, None]).sum(axis=-1),
        (values * coarse[:, :, None]).sum(axis=-1),
        (parts * fine[:, :, None]).sum(axis=-1),
        jnp.concatenate([(smooth * x).sum(axis=-1) for x in (fine, coarse)], axis=1),
    )


def _nodes(jnp: Any, panel: Any, t: Any) -> tuple[Any, Any]:
    """Return how far the nodes are from the origin of a panel, and dy/dt."""
    _, scale, middle, half, tail = panel
    u = middle + half * t
    inverse = 1 / (u * u)
    away = jnp.where(tail > 0, scale * inverse, scale * jnp.sinh(u))
    slope = jnp.where(tail > 0, 2 * scale * inverse / u, jnp.abs(scale) * jnp.cosh(u))
    return away, half * slope


def _places(jnp: Any, term: Any, place: Any, away: Any) -> tuple[Any, ...]:
    """Return y, the distances of both frequencies from the edges, and their mean."""
    sign = term[0]
    away = sign * away

    def distance(k: int) -> Any:
        return jnp.where(term[k] + away > 0, term[k + 1] + away, term[k + 2] - away)

    return term[1] + away, distance(1), distance(4), sign * place


def _filled(jnp: Any, nu: Any, steps: Any, constants: Any) -> list[Any]:
    """Return the sums over what fills the states, of both kinds of carriers."""
    holes, edge, temperature, weight = steps.T
    x = jnp.where(holes > 0, -1.0, 1.0) * nu[..., None] - edge
    warm = temperature > 0
    smeared = jnp.tanh(x / jnp.where(warm, 2 * temperature, 1.0))
    turned = weight * jnp.where(warm, smeared, jnp.sign(x))
    return [
        constants[kind] + jnp.where(holes == kind, turned, 0.0).sum(axis=-1) for kind in range(2)
    ]
