"""The phase diagram to explore: what the script draws, and the same numbers as a table."""

from __future__ import annotations

import json
from typing import Any

from numerics.report.data import Diagram, ReportData, Sample, Settings
from numerics.report.markup import Html, element
from numerics.report.typography import physics, shown

#: What a state is called.
NATURES = {
    "stable": "stable",
    "static": "unstable, grows in place (ω* = 0)",
    "moving": "unstable, grows while it oscillates (ω* ≠ 0)",
    "normal": "no condensate",
    "failed": "not found",
    "open": "undecided: rounding hides whether it grows",
}
LABELS = {
    "A": "A: q = 0, ω = 0",
    "B": "B: q ≠ 0, ω = 0",
    "C": "C: q ≠ 0, ω ≠ 0",
    "gapped": "a gapped mode appears",
    "normal": "normal phase, Δ₀ = 0",
}
_COLUMNS = (
    "(k_F a_s)⁻¹",
    "γ_v/γ_b",
    "state",
    "Δ₀/ε_F",
    "μ/ε_F",
    "μ_b/ε_F",
    "Im ω*/ε_F",
    "q*/k_F",
    "ω*/ε_F",
    "crossed",
)


def explorer(data: ReportData) -> Html:
    """Return the section."""
    diagram = data.diagram
    panel = element(
        "aside",
        element("div", id="state", aria_live="polite"),
        element("div", id="dispersion"),
        class_="panel",
        aria_label="The chosen state",
    )
    script = element("script", Html(payload(data)), type="application/json", id="explore-data")
    return element(
        "section",
        element("h2", "The phase diagram to explore", id="diagram-title"),
        element(
            "p",
            "Marks are computed states. Point at one, or move with the arrow keys, to read its "
            "steady state and its fastest growing mode; click, tap or press Enter for its "
            "collective modes.",
        ),
        element("p", physics(_model(data.settings)), class_="model"),
        element(
            "div",
            element("div", element("div", id="map"), element("div", id="legend"), class_="chart"),
            panel,
            class_="explorer",
        ),
        element("noscript", element("p", "The drawing needs JavaScript; the table does not.")),
        _table(diagram),
        script,
        id="diagram",
        aria_labelledby="diagram-title",
    )


def _model(chosen: Settings) -> str:
    temperature = f"{chosen.temperature:g} ε_F" if chosen.temperature else "0"
    return f"γ_b = {chosen.gamma_b:g} ε_F, T_b = {temperature}, p_c = {chosen.cutoff:g} k_F."


def payload(data: ReportData) -> str:
    """Return the numbers of the drawing as JSON that no HTML parser takes for a tag."""
    diagram = data.diagram
    value = {
        "gamma_b": data.settings.gamma_b,
        "labels": LABELS,
        "natures": NATURES,
        "curves": [{"kind": c.kind, "pieces": c.pieces} for c in diagram.curves],
        "region": [[list(point) for point in ring] for ring in diagram.region],
        "meetings": [[m.inv_kfa, m.ratio, " = ".join(m.kinds)] for m in diagram.meetings],
        "states": [_state(s) for s in diagram.samples],
    }
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _state(s: Sample) -> dict[str, Any]:
    if s.normal or s.failure:
        return {"x": s.inv_kfa, "y": s.ratio, "nature": s.nature, "failure": s.failure}
    return {
        "x": s.inv_kfa,
        "y": s.ratio,
        "nature": s.nature,
        "gap": s.gap,
        "mu": s.mu,
        "mu_b": s.mu_b,
        "rate": s.rate,
        "error": s.error,
        "q": s.q,
        "omega": s.omega,
        "complete": s.complete,
        "crossed": s.crossed,
        "modes": [{"q": m.q, "re": m.real, "im": m.imag} for m in s.modes],
        "failure": "",
    }


def _table(diagram: Diagram) -> Html:
    """Return the states for those who do not see the drawing, and for print."""
    head = element("tr", (element("th", physics(column), scope="col") for column in _COLUMNS))
    rows = [element("tr", _cells(s)) for s in diagram.samples]
    table = element(
        "table",
        element("caption", "The states of the diagram: steady state and fastest growing mode"),
        element("thead", head),
        element("tbody", rows),
    )
    return element(
        "details",
        element("summary", f"The {len(rows)} states as a table"),
        element(
            "div", table, class_="scroll", tabindex="0", role="region", aria_label="The states"
        ),
        class_="states",
    )


def _cells(s: Sample) -> list[Html]:
    place = [element("td", shown(value, 4), class_="number") for value in (s.inv_kfa, s.ratio)]
    words = [element("td", s.failure or NATURES[s.nature])]
    if s.normal or s.failure:
        return [*place, *words, *(element("td", "") for _ in range(7))]
    values = (s.gap, s.mu, s.mu_b, s.rate, s.q, s.omega)
    numbers = [element("td", shown(value, 4), class_="number") for value in values]
    return [*place, *words, *numbers, element("td", ", ".join(s.crossed) or "none")]
