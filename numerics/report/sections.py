"""The sections of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from numerics.checks.published import Role, Tally, tally
from numerics.report.data import Derivation, Equation, PaperNumber, Picture, ReportData, Settings
from numerics.report.equations import CORE
from numerics.report.markup import Content, Html, element, safe
from numerics.report.mathml import mathml
from numerics.report.typography import physics, shown

#: Statuses in the order of the filter, with the mark that stands before them.
MARKS = {
    "definition": "≔",
    "identity, proved for symbols": "✓",
    "consequence of premises": "⇐",
    "proved for a stated special case": "◦",
    "verified to n digits at stated points": "≈",
    "limit, measured order": "→",
    "holds only in a stated case": "◐",
    "misprint, corrected": "✎",
    "fails": "✗",
}


def derived(data: ReportData) -> Html:
    """Return the equations that everything follows from, and the main derivations."""
    known = {equation.id: equation for equation in data.equations}
    core = [known[number] for number in CORE if number in known]
    steps = [d for d in data.derivations if d.id in known]
    return _section(
        "derived",
        "What was derived",
        _paragraph(
            "SymPy builds the Nambu–Keldysh Green’s functions of the condensate between its bath "
            "and the vacuum, and does the integrals over the frequency by residues. Equation "
            "numbers are the paper’s; each equation below was checked when this page was made."
        ),
        element("h3", "The equations that the rest follows from"),
        element("div", (_core(equation) for equation in core), class_="cards"),
        element("h3", "The main derivations"),
        *(_derivation(known[d.id], d) for d in steps),
    )


def _core(equation: Equation) -> Html:
    return element(
        "figure",
        element("figcaption", _number(equation), " ", physics(equation.title)),
        _formula(equation.latex, f"equation {equation.id}"),
        class_="card",
    )


def _derivation(equation: Equation, derivation: Derivation) -> Html:
    steps = [
        element("li", element("p", physics(text)), _formula(latex, f"step of {equation.id}"))
        for text, latex in derivation.steps
    ]
    return element(
        "article",
        element("h4", _number(equation), " ", physics(equation.title)),
        _formula(equation.latex, f"equation {equation.id}"),
        element("ol", steps, class_="steps") if steps else "",
        _paragraph(physics(equation.note), class_="note"),
        _paragraph(_badge(equation.verdict), " ", physics(evidence(equation)), class_="evidence"),
        class_="derivation",
    )


def ledger(data: ReportData) -> Html:
    """Return every numbered equation, with a filter and a search box."""
    counts = Counter(equation.verdict for equation in data.equations)
    sections = dict.fromkeys(equation.section for equation in data.equations)
    return _section(
        "ledger",
        "The ledger",
        _paragraph(
            f"{len(data.equations)} numbered equations of the paper, each as a SymPy object that "
            "is compared with what the project derives and computes with. Proved means that both "
            "sides agree identically; a number is compared with its own error bound; a limit with "
            "the order of convergence that theory gives. Open an equation to see it."
        ),
        _controls(counts, len(data.equations)),
        *(
            _group(title, [e for e in data.equations if e.section == title], k)
            for k, title in enumerate(sections)
        ),
        _paragraph("No equation matches.", id="none", hidden=True),
    )


def _controls(counts: Counter[str], total: int) -> Html:
    buttons = [_filter("", "all", total, pressed=True)]
    buttons += [_filter(s, f"{mark} {s}", counts[s]) for s, mark in MARKS.items() if counts[s]]
    return element(
        "form",
        element("div", buttons, class_="filters", role="group", aria_label="Filter by status"),
        element(
            "label",
            "Search ",
            element("input", type="search", id="search", placeholder="number, title, note"),
        ),
        element("button", "open all", type="button", id="open"),
        element("output", f"{total} shown", id="shown", aria_live="polite"),
        class_="controls",
        role="search",
    )


def _filter(status: str, label: str, count: int, *, pressed: bool = False) -> Html:
    return element(
        "button",
        label,
        " ",
        element("span", str(count), class_="count"),
        type="button",
        class_="filter",
        data_filter=status,
        aria_pressed="true" if pressed else "false",
    )


def _group(title: str, equations: Sequence[Equation], k: int) -> Html:
    return element(
        "section",
        element("h3", title, id=f"group-{k}"),
        *(_entry(equation) for equation in equations),
        class_="group",
        aria_labelledby=f"group-{k}",
    )


def _entry(equation: Equation) -> Html:
    """Return one equation: a line, and what is seen when it is opened."""
    line = element(
        "summary",
        _number(equation),
        element("span", physics(equation.title), class_="title"),
        element("span", equation.kind, class_="kind"),
        _badge(equation.verdict),
        element("span", _short(equation), class_="short"),
    )
    return element(
        "details",
        line,
        element("div", _body(equation), class_="body"),
        class_="equation",
        id=f"eq-{equation.id}",
        data_status=equation.verdict,
    )


def _body(equation: Equation) -> list[Html]:
    shown = [_formula(equation.latex, f"equation {equation.id}")]
    if equation.printed:
        sides = (("as printed", equation.printed), ("corrected", equation.latex))
        shown = [
            element(
                "div",
                *(
                    element(
                        "figure",
                        element("figcaption", words),
                        _formula(latex, f"equation {equation.id} {words}"),
                        class_=words.split()[-1],
                    )
                    for words, latex in sides
                ),
                class_="sides",
            )
        ]
    if equation.failure:
        shown.append(_paragraph(equation.failure, class_="failure"))
    shown.append(_paragraph(physics(equation.note), class_="note"))
    shown.append(_paragraph(physics(evidence(equation)), class_="evidence"))
    return shown


def compared(data: ReportData) -> Tally:
    """Return how many of the paper's numbers agree at the cutoff that was inferred."""
    inferred = None if data.cutoff is None else data.cutoff.value
    chosen = [number for number in data.paper if number.cutoff == inferred]
    return tally((Role(number.role), number.verdict == "agrees") for number in chosen)


def paper(data: ReportData) -> Html:
    """Return the paper's numbers beside ours."""
    rows = [_paper_row(number) for number in data.paper]
    columns = (
        *("quantity", "place", "role", "printed", "p_c / k_F"),
        *("computed", "difference", "verdict"),
    )
    contents: list[Html] = [
        _paragraph(
            physics(
                "A printed number stands for the interval that rounds to it. The paper does not "
                "state its momentum cutoff p_c; the numbers are compared at the default one and at "
                "the one that gives all its printed boundaries at once. The boundaries are fitted "
                "in so far: only the other numbers are independent."
            )
        )
    ]
    if data.cutoff is not None:
        intervals = "; ".join(f"{n}: {low:.1f} to {high:.1f}" for n, low, high in _bounds(data))
        contents.append(
            _paragraph(
                physics(
                    f"p_c = {data.cutoff.value:.1f} ± {data.cutoff.uncertainty:.1f} k_F, from the "
                    f"intervals {intervals}. There, {compared(data)}."
                )
            )
        )
    if not rows:
        contents.append(_paragraph("There are no numbers to compare."))
    else:
        contents.append(_table("The paper’s numbers beside the computed ones", columns, rows))
    return _section("paper", "Paper against computed", *contents)


def _bounds(data: ReportData) -> tuple[tuple[str, float, float], ...]:
    return () if data.cutoff is None else data.cutoff.intervals


def _paper_row(number: PaperNumber) -> Html:
    good = number.verdict == "agrees"
    cells = (
        element("th", physics(number.quantity.replace("-", "−")), scope="row"),
        element("td", number.place),
        element("td", number.role),
        element("td", shown(number.printed, 6), class_="number"),
        element("td", f"{number.cutoff:.4g}", class_="number"),
        element("td", f"{shown(number.computed, 6)} ± {shown(number.error)}", class_="number"),
        element("td", f"{number.deviation:+.2%}".replace("-", "−"), class_="number"),
        element("td", "✓ " if good else "✗ ", number.verdict, class_="good" if good else "bad"),
    )
    return element("tr", cells)


def figures(data: ReportData) -> Html:
    """Return every figure."""
    source = (
        "taken from a folder of nambu reproduce" if data.settings.reused else "drawn for this page"
    )
    grids = "on the finer grids" if data.settings.full else "on coarse grids"
    if data.settings.reused:
        grids = "as they are there"
    return _section(
        "figures",
        "Figures",
        _paragraph(f"Computed, not copied: {source}, {grids}. A click enlarges a figure."),
        element("div", (_figure(picture) for picture in data.pictures), class_="gallery"),
        element(
            "dialog",
            element("button", "close", type="button", class_="close"),
            element("img", alt="", src="data:,"),
            id="large",
            aria_label="Enlarged figure",
        ),
    )


def _figure(picture: Picture) -> Html:
    if picture.failure:
        content = _paragraph(picture.failure, class_="failure")
    else:
        image = element("img", src=picture.uri, alt=picture.alt, decoding="async")
        content = element("button", image, type="button", class_="plate", title="Enlarge")
    place, colon, words = picture.caption.partition(":")
    caption = [element("strong", place, colon), physics(words)] if colon else [physics(place)]
    return element("figure", content, element("figcaption", caption), id=f"figure-{picture.name}")


def about(chosen: Settings) -> Html:
    """Return what the page was made with."""
    rows = {
        "γ_b": f"{chosen.gamma_b:g} ε_F",
        "T_b": f"{chosen.temperature:g} ε_F",
        "p_c": f"{chosen.cutoff:g} k_F",
        "grids": "finer" if chosen.full else "quick",
        "figures": "from nambu reproduce" if chosen.reused else "drawn for this page",
        **dict(chosen.versions),
    }
    items = [
        element("div", element("dt", physics(k)), element("dd", physics(v)))
        for k, v in rows.items()
    ]
    return element("dl", items, class_="about", id="parameters")


def evidence(equation: Equation) -> str:
    """Return what the check found, in words and numbers."""
    parts = [_short(equation)] if _short(equation) else []
    if equation.residual and equation.bound is not None:
        parts.append(f"at most {shown(equation.bound, 2)} by the error analysis")
    if equation.expected is not None:
        parts.append(f"expected order {equation.expected:g}")
    if equation.detail:
        parts.append(equation.detail)
    return "; ".join(parts)


def _short(equation: Equation) -> str:
    if equation.residual is None:
        return "not confirmed" if equation.failure else ""
    parts = [f"residual {shown(equation.residual)}" if equation.residual else "residual 0"]
    if equation.digits is not None:
        parts.append(f"{equation.digits} digits")
    if equation.order is not None:
        parts.append(f"order {equation.order:.3f}")
    return ", ".join(parts)


def _badge(verdict: str) -> Html:
    mark = element("span", MARKS.get(verdict, "·"), aria_hidden="true")
    name = verdict.split(",", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    return element("span", mark, " ", verdict, class_=f"badge {name}")


def _number(equation: Equation) -> Html:
    return element("span", f"({equation.id})", class_="id")


def _formula(latex: str, name: str) -> Html:
    """Return a formula in a box that it can be scrolled in."""
    if not latex:
        return Html("")
    return element("div", mathml(latex), class_="math", role="group", aria_label=name)


def _paragraph(*contents: Content, **attributes: str | bool | None) -> Html:
    inner = safe(contents)
    return element("p", inner, **attributes) if inner.strip() else Html("")


def _table(caption: str, columns: Iterable[str], rows: Iterable[Html]) -> Html:
    head = element("tr", (element("th", physics(column), scope="col") for column in columns))
    table = element(
        "table", element("caption", caption), element("thead", head), element("tbody", rows)
    )
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _section(name: str, title: str, *contents: Content) -> Html:
    return element(
        "section",
        element("h2", title, id=f"{name}-title"),
        *contents,
        id=name,
        aria_labelledby=f"{name}-title",
    )
