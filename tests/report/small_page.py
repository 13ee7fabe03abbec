"""A page with few and made-up numbers, for tests of what is made of them."""

from __future__ import annotations

import base64

import derive
from numerics.report.data import (
    Curve,
    CutoffRange,
    Derivation,
    Diagram,
    Equation,
    Meeting,
    Mode,
    PaperNumber,
    Picture,
    ReportData,
    Sample,
    Settings,
)

#: Text that a page must not take for markup.
EVIL = '<script>alert("x")</script> & <b>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0L4 3"/></svg>'
#: The equations that fail, and why.
FAILING = "12"
#: A misprint in both forms.
PRINTED, CORRECTED = r"\alpha_{11} = 2 x", r"\alpha_{11} = \frac{x}{2}"


def equations() -> tuple[Equation, ...]:
    """Return all numbered equations without checking them; one of them fails."""
    found = []
    for section, records in derive.ledger().sections.items():
        for record in records:
            misprint = record.printed is not None
            found.append(
                Equation(
                    record.id,
                    section,
                    record.title,
                    str(record.kind),
                    str(record.status),
                    CORRECTED if misprint else r"x = y = \gamma_{b}^{2}",
                    PRINTED if misprint else "",
                    f"note of {record.id}; {EVIL}" if misprint else "",
                    f"({FAILING}) does not hold: {EVIL}" if record.id == FAILING else "",
                    *((0.0, 0.0) if record.id != FAILING else ()),
                )
            )
    return tuple(found)


def samples() -> tuple[Sample, ...]:
    """Return states on a grid of 3 x 2: stable, growing in two ways, normal, not found."""
    modes = (
        Mode((0.1, 0.2, 0.3), (0.0, 0.01, 0.02), (0.001, 0.02, -0.001)),
        Mode((0.1, 0.2), (0.0, 0.0), (0.0, -5e-4)),
    )
    known = {"gap": 0.25, "mu": 0.9, "mu_b": 1.0}
    grows = {"verdict": "grows"}
    return (
        Sample(-1.0, 0.01, **known, rate=-1e-8, q=1e-6, verdict="decays", modes=modes),
        Sample(
            -1.0,
            0.1,
            **known,
            rate=0.0125,
            q=0.2,
            omega=0.005,
            **grows,
            modes=modes,
            crossed=("B",),
        ),
        Sample(0.0, 0.01, **known, rate=0.02, q=0.3, **grows, modes=modes, crossed=("B", "A")),
        Sample(0.0, 0.1, **known, rate=0.05, q=0.3, **grows, complete=False, modes=()),
        Sample(1.0, 0.01, failure=f"no convergence; {EVIL}"),
        Sample(1.0, 0.1, normal=True),
    )


def _paper_numbers(
    name: str, place: str, role: str, printed: float, computed: float, verdict: str
) -> tuple[PaperNumber, PaperNumber]:
    """Return a number at the default cutoff, where it is off, and at the one inferred."""
    off, there = 0.97 * computed, computed
    return (
        PaperNumber(name, place, role, printed, 100.0, off, 1e-12, off / printed - 1, "disagrees"),
        PaperNumber(name, place, role, printed, 108.0, there, 1e-12, there / printed - 1, verdict),
    )


def small_data() -> ReportData:
    """Return the data of a small page."""
    uri = "data:image/svg+xml;base64," + base64.b64encode(SVG).decode()
    curves = (
        Curve("A", (((-0.5, 1.0), (0.02, 0.003)),)),
        Curve("B", (((-1.0, 1.0), (0.03, 0.003)),)),
        Curve("normal", (((-1.0, 0.5, 1.0), (1.0, 1.0, 0.4)),)),
    )
    return ReportData(
        Settings(versions=(("nambu", "0.1.0"),)),
        equations(),
        (Derivation("72", (("a step in words", ""), (f"F_+ {EVIL}", r"\frac{1}{\xi_{minus}}"))),),
        (
            *_paper_numbers("γ_v/γ_b at A", "Fig. 6", "fitted", 3.1e-3, 3.1e-3, "agrees"),
            *_paper_numbers("2Δ₀", "Sec. III", "independent", 0.29, 0.29, "agrees"),
            *_paper_numbers("ω at C", "Fig. 7", "independent", 6.1e-3, 6.1e-4, "disagrees"),
            *_paper_numbers("ω", "corrected", "not printed", 6.1e-4, 6.1e-4, "agrees"),
        ),
        CutoffRange(108.0, 3.0, (("γ_v/γ_b at A", 105.0, 111.0),)),
        (
            Picture("fig04", "Fig. 4", "Fig. 4: the order parameter.", f"A curve. {EVIL}", uri),
            Picture("fig05", "Fig. 5", "Fig. 5", "", failure=f"ValueError: {EVIL}"),
        ),
        Diagram(curves, (Meeting(("A", "B"), 0.5, 0.005),), samples()),
    )
