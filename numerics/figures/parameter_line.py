"""The line above a figure that says which parameters of the model are the same all over it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from numerics.tables import model_of


def parameter_line(data: object, columns: Sequence[str]) -> str:
    r"""Return the parameters that a figure's numbers share, as a formula for Matplotlib.

    Parameters
    ----------
    data : object
        What the figure shows, as for `numerics.tables.model_of`.
    columns : sequence of str
        Names of the columns of its table.  A parameter in one of them varies within the figure,
        which has it on an axis, in a legend or in the titles of its panels.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a parameter varies and no column has it.

    Examples
    --------
    >>> from numerics import Parameters
    >>> from numerics.figures.parameter_line import parameter_line
    >>> print(parameter_line(Parameters(0.0), ("gamma_b/eps_F", "gamma_v/gamma_b", "cutoff/k_F")))
    $(k_\mathrm{F}a_s)^{-1} = 0$,  $T_\mathrm{b} = 0$
    """
    told = model_of(data, columns)
    fixed = {name: value for name, value in told.items() if isinstance(value, float)}
    parts = []
    if "inv_kfa" in fixed:
        parts.append(interaction(fixed["inv_kfa"]))
    width = fixed.get("gamma_b")
    if width == 0:
        # a bath that is needed, but does not broaden
        parts.append(r"\gamma_\mathrm{b} \to 0")
    elif width is not None:
        parts.append(_quantity(r"\gamma_\mathrm{b}", width, r"\varepsilon_\mathrm{F}"))
    if "gamma_v" in fixed:
        decay = fixed["gamma_v"]
        if width:
            parts.append(rf"\gamma_\mathrm{{v}}/\gamma_\mathrm{{b}} = {number(decay / width)}")
        else:
            parts.append(_quantity(r"\gamma_\mathrm{v}", decay, r"\varepsilon_\mathrm{F}"))
    if "temperature" in fixed:
        temperature = fixed["temperature"]
        parts.append(_quantity(r"T_\mathrm{b}", temperature, r"\varepsilon_\mathrm{F}"))
    if "cutoff" in fixed:
        parts.append(_quantity(r"p_\mathrm{c}", fixed["cutoff"], r"k_\mathrm{F}"))
    return ",  ".join(f"${part}$" for part in parts)


def state_parameters(figure: Figure, data: object, columns: Sequence[str]) -> None:
    """Write the parameters that a figure's numbers share above it.

    Parameters
    ----------
    figure : Figure
    data, columns
        As in `parameter_line`.
    """
    figure.suptitle(parameter_line(data, columns), fontsize=9, color="#333333")


def interaction(inv_kfa: float) -> str:
    r"""Return what the interaction strength is, with its sign.

    Examples
    --------
    >>> from numerics.figures.parameter_line import interaction
    >>> print(interaction(1.0))
    (k_\mathrm{F}a_s)^{-1} = +1
    """
    sign = "+" if inv_kfa > 0 else ""
    return rf"(k_\mathrm{{F}}a_s)^{{-1}} = {sign}{number(inv_kfa)}"


def number(value: float) -> str:
    r"""Return a number in four digits, small and large ones with a power of ten.

    Examples
    --------
    >>> from numerics.figures.parameter_line import number
    >>> number(0.1), number(1e-3), number(2.5e-4), number(float("inf"))
    ('0.1', '10^{-3}', '2.5\\times 10^{-4}', '\\infty')
    """
    if math.isinf(value):
        return r"\infty"
    if value == 0 or 1e-2 <= abs(value) < 1e4:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    digits = mantissa.rstrip("0").rstrip(".")
    power = rf"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits}\times {power}"


def _quantity(symbol: str, value: float, unit: str) -> str:
    # what is zero, or a limit, needs no unit
    suffix = "" if value == 0 or math.isinf(value) else rf"\,{unit}"
    relation = r"\to" if math.isinf(value) else "="
    return f"{symbol} {relation} {number(value)}{suffix}"
