"""Values tell what they are in a few lines, as tables that a browser reads, and as formulas."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
import string
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings

import numerics
from numerics import (
    Bands,
    Boson,
    Contact,
    Coupling,
    FullResult,
    Model,
    Parameters,
    Reservoir,
    strategies,
)
from numerics.kept import Kept
from tests.numerics.support.values import MAKERS, lead_state, state, value

LINES, WIDTH = 8, 100
#: Functions of (q, omega) or of states, and how closely they are looked at: not given nor found.
NO_VALUES = {"Condition", "CountTolerances", "Spectrum"}
HOSTILE = "<script>alert('&amp;')</script>\n\x1b[31m\"" + "x" * 500


class Reader(HTMLParser):
    """Keeps what stands in the cells of well-formed tables, and refuses others."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.open.append(tag)
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        else:
            assert self.open[-1:] == ["caption"] or not data.strip()


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def fits(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(lines) <= LINES
        and all(len(line) <= WIDTH for line in lines)
        and all(c.isprintable() for line in lines for c in line)
    )


@pytest.mark.parametrize("name", MAKERS)
def test_a_few_lines_tell_every_value(name):
    text = repr(value(name))
    assert fits(text), text
    assert type(value(name)).__name__ in text
    # neither arrays nor values within it are dumped
    assert "array(" not in text
    assert not re.search(r"[a-z_]\w*=\w+\(.*=.*", text) or isinstance(value(name), Model)


@pytest.mark.parametrize("name", MAKERS)
def test_tables_are_well_formed(name):
    reader = read(value(name)._repr_html_())
    assert reader.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    widths = {len(row) for row in reader.rows}
    assert 5 in widths


def test_a_function_of_ones_own_is_told():
    model = Model(Coupling(lambda q, omega, mu: 1 - omega + 0 * q), [Reservoir("bath", 1e-3)])
    assert fits(repr(model))
    read(model._repr_html_())


def test_every_exported_value_is_shown_here():
    kinds = {
        kind
        for kind in (getattr(numerics, name) for name in numerics.__all__ if name not in NO_VALUES)
        if inspect.isclass(kind) and (dataclasses.is_dataclass(kind) or issubclass(kind, tuple))
    }
    assert all(issubclass(kind, Kept) for kind in kinds)
    # a coupling of one's own has a function, which cannot be kept
    shown = {Coupling, *(type(value(name)) for name in MAKERS)}
    assert {kind.__name__ for kind in kinds} <= {kind.__name__ for kind in shown}


def test_numbers_have_the_digits_that_their_error_leaves():
    found = dataclasses.replace(
        state(), gap=0.123456789012, mu=-0.5, mu_b=2.0, error=(3e-4, 7e-3, math.inf)
    )
    assert "gap = 0.1235 ± 0.0003 ε_F" in repr(found)
    assert "mu = -0.5 ± 0.007 ε_F" in repr(found)
    assert "mu_b = 2 ± inf ε_F" in repr(found)
    assert "cutoff = 100" in repr(found).split("\n")[0]


@given(strategies.models())
@settings(max_examples=50, deadline=None)
def test_every_model_is_told(model):
    assert fits(repr(model))
    read(model._repr_html_())
    assert model._repr_latex_().count("{") == model._repr_latex_().count("}")


def test_what_is_given_is_shown_as_the_call_that_makes_it():
    kinds = (Bands, Boson, Contact, Model, Reservoir)
    names = {kind.__name__: kind for kind in kinds}
    parts = ("reservoir", "reservoir of two rates", "bands", "contact", "boson")
    for name in ("parameters", "model", *parts, "boson with attraction"):
        call = repr(value(name)).replace("-inf", "-float('inf')")
        assert eval(call, {**names, "Parameters": Parameters}) == value(name)


def test_many_reservoirs_with_long_names():
    reservoirs = [Reservoir(letter * 300, 1 / 3) for letter in string.ascii_letters]
    model = Model(Contact(1 / 3), reservoirs)
    assert fits(repr(model))
    assert fits(repr(dataclasses.replace(lead_state(), parameters=model)))
    assert fits(repr(reservoirs[0]))


def test_what_is_hostile_is_escaped():
    found = dataclasses.replace(
        value("boundary"), kind=HOSTILE, status=HOSTILE, along=HOSTILE, state=lead_state()
    )
    assert fits(repr(found))
    reader = read(found._repr_html_())
    assert "script" not in reader.tags
    assert any("<script>" in cell for row in reader.rows for cell in row)
    modes = dataclasses.replace(value("modes"), status=HOSTILE)
    assert fits(repr(modes))
    assert "script" not in read(modes._repr_html_()).tags
    table = value("table")
    hostile = dataclasses.replace(table.checks[0], name=HOSTILE, source=HOSTILE)
    reader = read(dataclasses.replace(table, checks=(hostile,))._repr_html_())
    assert "script" not in reader.tags
    assert any("<script>" in cell for row in reader.rows for cell in row)


def test_arrays_are_told_by_their_range():
    values = np.array([[3.0, -1.0, np.nan], [0.0, 7.5, 2.0]])
    found = FullResult(values, values * 1j, np.zeros((2, 3), int), np.array(["a", "a", "b"]))
    assert "value = 2×3 values, -1 to 7.5" in repr(found)
    assert "Im -1 to 7.5" in repr(found)
    assert "status = 2 a, 1 b" in repr(found)
    assert fits(repr(found._replace(value=np.full(9, np.nan), error=np.ma.masked_all(9))))


def test_tables_list_what_is_within():
    cells = [cell for row in read(value("table")._repr_html_()).rows for cell in row]
    assert {check.name for check in value("table").checks} <= set(cells)
    cells = [cell for row in read(value("model")._repr_html_()).rows for cell in row]
    assert {"bath", "lead", "drain"} <= set(cells)


def test_formulas():
    lines = value("parameters")._repr_latex_().split("\n")
    assert lines[0] == r"$\begin{aligned}"
    assert lines[3] == r"\gamma_\mathrm{v} &= 2.1\times 10^{-5}\,\varepsilon_\mathrm{F} \\"
    assert r"\mu_{\mathrm{lead}} &= 0.3\,\varepsilon_\mathrm{F}" in value("model")._repr_latex_()
    assert r"\Delta_0 &= 0.638627\,\varepsilon_\mathrm{F}" in lead_state()._repr_latex_()
    two = value("reservoir of two rates")._repr_latex_()
    assert r"\gamma &= (1\times 10^{-5},\ 3\times 10^{-5})\,\varepsilon_\mathrm{F}" in two
    under = Model(Contact(0.0), [Reservoir("a_b", 1e-3)])
    assert r"\gamma_{\mathrm{a\_b}}" in under._repr_latex_()
