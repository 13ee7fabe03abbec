"""What is said above a figure is what its numbers were computed with."""

import pytest

from numerics import Parameters
from numerics.figures.parameter_line import number, parameter_line, state_parameters
from numerics.figures.style import new_figure

ALL = ("inv_kfa", "gamma_b/eps_F", "gamma_v/gamma_b", "T_b/eps_F", "cutoff/k_F")


def parts(line: str) -> list[str]:
    return [part.strip("$") for part in line.split(",  ")]


def test_every_parameter_that_is_fixed_is_named() -> None:
    model = Parameters(-1.5, gamma_b=2e-3, gamma_v=5e-4, temperature=0.05, cutoff=50.0)
    said = [
        r"(k_\mathrm{F}a_s)^{-1} = -1.5",
        r"\gamma_\mathrm{b} = 2\times 10^{-3}\,\varepsilon_\mathrm{F}",
        r"\gamma_\mathrm{v}/\gamma_\mathrm{b} = 0.25",
        r"T_\mathrm{b} = 0.05\,\varepsilon_\mathrm{F}",
        r"p_\mathrm{c} = 50\,k_\mathrm{F}",
    ]
    assert parts(parameter_line(model, ())) == said
    for k, column in enumerate(ALL):
        if column != "gamma_b/eps_F":
            assert parts(parameter_line(model, (column,))) == said[:k] + said[k + 1 :]
    assert parameter_line(model, ALL) == ""
    # the drive is one number only where both rates are
    other = parameter_line([model, model.replace(gamma_b=1e-3)], ("gamma_b/eps_F",))
    assert parts(other)[1] == r"\gamma_\mathrm{v} = 5\times 10^{-4}\,\varepsilon_\mathrm{F}"


def test_what_varies_without_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match="temperature has 2 values"):
        parameter_line([Parameters(0.0), Parameters(0.0, temperature=0.1)], ())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-2.0, "-2"),
        (0.07316, "0.07316"),
        (100.0, "100"),
        (1e-3, "10^{-3}"),
        (2.084e-5, r"2.084\times 10^{-5}"),
        (float("inf"), r"\infty"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_the_line_is_above_the_figure() -> None:
    figure = new_figure(3.0, 2.0)
    state_parameters(figure, Parameters(1.0), ())
    assert figure.get_suptitle().startswith(r"$(k_\mathrm{F}a_s)^{-1} = +1$")
