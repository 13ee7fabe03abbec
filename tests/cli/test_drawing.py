"""Formulas are drawn as they are, and broken where nothing is lost."""

from __future__ import annotations

import pytest

from numerics.cli.drawing import drawn

#: Formulas, and how they are drawn.
DRAWN = {
    r"\Delta_{0}^{2} = - \gamma_{b} f_{\mathrm{b}} x_{-\mathbf{q}}": """
Δ₀² = -γ_b f_b x
                -q""",
    r"-\frac{a}{b} + c": """
  a
- ─ + c
  b""",
    r"\sqrt{x^{2} + \frac{1}{2}}": """
    ______
   ╱     1
  ╱ x² + ─
╲╱       2""",
    r"\sum_{\mathbf{p}} \left[\hat{G}\right]_{12}^{\mathrm{K}}": """
    K
 ⎡^⎤
∑⎣G⎦
p   12""",
    r"\left(\begin{matrix}\frac{1}{2} & -b\\c & d\end{matrix}\right) |\Delta|": """
⎛1    ⎞
⎜─  -b⎟
⎜2    ⎟|Δ|
⎜     ⎟
⎝c  d ⎠""",
}


@pytest.mark.parametrize("formula", DRAWN)
def test_a_formula_is_drawn(formula: str) -> None:
    assert drawn(formula, 80) == DRAWN[formula].removeprefix("\n")


def test_what_is_too_wide_is_broken_between_terms_and_within_brackets() -> None:
    terms = " + ".join(f"x_{{{k}}} y" for k in range(10, 30))
    for width in (40, 24, 18):
        whole = drawn(rf"f = \frac{{\left({terms}\right)^{{2}}}}{{z}}", width)
        lines = whole.splitlines()
        assert max(map(len, lines)) <= width
        # nothing is lost but spaces, and the fraction has a slash for its bar
        signs = "".join(whole.split())
        small = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
        sums = "+".join(f"x{k}y".translate(small) for k in range(10, 30))
        assert signs == f"f=(({sums})²)/(z)"


def test_a_bracket_that_is_not_closed_is_drawn_as_it_is() -> None:
    assert drawn(r"[0, 1) + (a", 40) == "[0, 1) + (a"
    assert drawn(r"]a[", 40) == "]a["


def test_what_cannot_be_read_is_left_as_it_is() -> None:
    assert drawn(r"\left( x", 40).replace("\n", "") == r"\left( x"
