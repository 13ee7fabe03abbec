"""The page: its sections in a template, with styles and scripts within it."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from string import Template

from numerics.report import sections
from numerics.report.data import ReportData
from numerics.report.explorer import explorer
from numerics.report.markup import Html, element

#: In the order in which the browser runs them.
_SCRIPTS = ("page.js", "plot.js", "explore.js")
#: Statuses as they are counted.
_PLURALS = {
    "definition": "definitions",
    "identity, proved for symbols": "proved for symbols",
    "consequence of premises": "consequences of others",
    "proved for a stated special case": "proved for a special case",
    "verified to n digits at stated points": "verified at points",
    "limit, measured order": "limits of measured order",
    "holds only in a stated case": "hold only in a case",
    "misprint, corrected": "misprints corrected",
    "fails": "fail",
}
_NAVIGATION = {
    "derived": "Derived",
    "ledger": "Ledger",
    "paper": "Numbers",
    "figures": "Figures",
    "diagram": "Diagram",
}


def render(data: ReportData, home: str = "") -> str:
    """Return the page as HTML; the same data gives the same text.

    Parameters
    ----------
    data : ReportData
        What is on it.
    home : str
        Where the name at the top leads, if the page is part of a site.
    """
    start = {"href": home, "target": "_top"} if home else {"href": "#top"}
    return Template(_file("page.html")).substitute(
        style=_file("math.css") + _file("style.css"),
        scripts="\n".join(_file(name) for name in _SCRIPTS),
        name=element("a", "nambu", class_="name", **start),
        navigation=_navigation(),
        summary=_summary(data),
        derived=sections.derived(data),
        ledger=sections.ledger(data),
        paper=sections.paper(data),
        figures=sections.figures(data),
        diagram=explorer(data),
        about=sections.about(data.settings),
    )


def _navigation() -> Html:
    links = [
        element("li", element("a", title, href=f"#{name}")) for name, title in _NAVIGATION.items()
    ]
    return element("ul", links)


def _summary(data: ReportData) -> Html:
    """Return the most important counts, and what failed."""
    counts = Counter(equation.verdict for equation in data.equations)
    compared = sections.compared(data)
    facts = [
        (str(len(data.equations)), "equations checked"),
        *((str(counts[status]), name) for status, name in _PLURALS.items() if counts[status]),
        (f"{compared.agree} of {compared.independent}", "independent printed numbers agree"),
        (str(len(data.diagram.samples)), "states in the diagram"),
    ]
    items = [element("div", element("dd", value), element("dt", name)) for value, name in facts]
    failures = [element("li", failure) for failure in data.failures]
    shown = element("dl", items, class_="facts")
    if not failures:
        return shown
    words = element("h2", f"{len(failures)} failed")
    return Html(shown + element("div", words, element("ul", failures), class_="failures"))


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
