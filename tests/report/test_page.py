"""The report as text: all that belongs on it, nothing that it would have to load."""

import dataclasses
import json
import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import derive
from derive.hanai2017 import verification
from numerics import Parameters, phase_diagram
from numerics.checks import paper_table
from numerics.cli import main
from numerics.figures.jobs import JOBS
from numerics.report import collect, equations, pictures, sections, states
from numerics.report.data import Diagram, ReportData, Settings
from numerics.report.mathml import mathml
from numerics.report.page import render
from numerics.report.typography import physics
from numerics.tasks.promises import Crew
from tests.cli.test_reproduce import small_table
from tests.report.small_page import EVIL, FAILING, SVG, samples, small_data


class Elements(HTMLParser):
    """Collects the elements of a page, and checks that they are closed in order."""

    VOID = frozenset({"meta", "link", "input", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.found if (value := attrs.get(name))]


@pytest.fixture(scope="module")
def text() -> str:
    return render(small_data())


@pytest.fixture(scope="module")
def elements(text: str) -> Elements:
    return Elements(text)


def test_elements_are_closed_and_ids_are_unique(elements: Elements) -> None:
    assert elements.inside == []
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    assert {"derived", "ledger", "paper", "figures", "diagram", "parameters"} <= set(ids)


def test_only_independent_printed_numbers_are_counted(text: str) -> None:
    # of those at the inferred cutoff; one is fitted, and one the paper does not print
    compared = sections.compared(small_data())
    assert (compared.agree, compared.independent, compared.fitted, compared.unprinted) == (
        *(1, 2),
        *(1, 1),
    )
    assert "<dd>1 of 2</dd><dt>independent printed numbers agree</dt>" in text
    assert "of 1 that p" in text
    for role in ("fitted", "independent", "not printed"):
        assert f"<td>{role}</td>" in text


def test_every_numbered_equation_is_there(elements: Elements) -> None:
    numbers = [record.id for record in derive.ledger()]
    assert [i[3:] for i in elements.values("id") if i.startswith("eq-")] == numbers
    assert len(numbers) == 125


def test_links_lead_to_something(elements: Elements) -> None:
    ids = set(elements.values("id"))
    for name in ("href", "aria-labelledby"):
        for target in elements.values(name):
            assert not target.startswith("#") or target[1:] in ids
    assert set(elements.values("aria-labelledby")) <= ids


def test_nothing_is_loaded(text: str, elements: Elements) -> None:
    for tag, attrs in elements.found:
        for name in ("src", "srcset", "poster", "data", "action", "xlink:href"):
            assert (attrs.get(name) or "data:").startswith("data:"), (tag, attrs)
        assert tag not in {"iframe", "object", "embed", "base"}
        assert tag != "link" or attrs["href"] == "data:,"
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|WebSocket|\beval\(", text)
    assert [v for v in elements.values("href") if v.startswith("http")] == [
        "https://doi.org/10.1103/PhysRevB.96.125206"
    ]


def test_text_is_escaped(text: str) -> None:
    assert EVIL not in text
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") > 18
    # in the script's data, too
    assert text.count("<script") == 2
    assert r"\u003cscript\u003ealert" in text


def test_images_have_descriptions(elements: Elements) -> None:
    images = [attrs for tag, attrs in elements.found if tag == "img" and attrs["src"] != "data:,"]
    assert images
    assert all(image["alt"] for image in images)
    assert {job.name for job in JOBS} <= set(pictures._ALTS)


def test_same_input_gives_the_same_bytes(text: str) -> None:
    assert render(small_data()) == text


def test_counts_failures_and_parameters_are_told(text: str) -> None:
    statuses = [record.status for record in derive.ledger() if record.id != FAILING]
    for status in set(statuses):
        button = f'data-filter="{status}" aria-pressed="false">'
        after = text[text.index(button) + len(button) :]
        assert f'<span class="count">{statuses.count(status)}</span>' in after[:80]
    assert f"({FAILING}) does not hold" in text
    assert "ValueError:" in text
    assert "4 failed" not in text
    assert f"{len(small_data().failures)} failed" in text
    for words in ("<dd>0.001 ε<sub>F</sub></dd>", "<dd>100 k<sub>F</sub></dd>", "<dd>0.1.0</dd>"):
        assert words in text


def test_misprints_are_shown_in_both_forms(text: str) -> None:
    misprints = sum(record.printed is not None for record in derive.ledger())
    assert text.count('<figure class="printed">') == misprints
    assert text.count('<figure class="corrected">') == misprints
    assert "note of 54" in text


@pytest.mark.parametrize("count", [0, 1])
def test_copes_with_missing_parts(count: int) -> None:
    few = ReportData(Settings(), small_data().equations[:count])
    assert Elements(render(few)).inside == []


def test_payload_has_the_states(text: str) -> None:
    found = re.search(r'id="explore-data">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert [s["nature"] for s in data["states"]] == [
        "stable",
        "moving",
        "static",
        "static",
        "failed",
        "normal",
    ]
    assert data["states"][1]["modes"][0]["im"] == [0.001, 0.02, -0.001]
    assert data["states"][4]["failure"].endswith(EVIL)


@pytest.mark.parametrize("record", derive.ledger(), ids=lambda record: record.id)
def test_left_sides_become_mathml(record: derive.Record) -> None:
    shown = mathml(f"{record.left} = 1")
    assert shown.startswith("<math")
    assert "\\" not in shown


def test_chains_are_set_in_rows() -> None:
    chain = mathml(r"a = \left(b = c\right) = \begin{matrix}d = e\end{matrix} \to 0")
    assert chain.count("<mtr>") == 3 + 1
    assert mathml(r"a = b").count("<mtr>") == 0
    assert mathml(r"\frac{") == "<code>\\frac{</code>"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("-(G^K_12)*", "−(G<sup>K</sup><sub>12</sub>)*"),
        ("alpha_11 - xi^-3", "α<sub>11</sub> − ξ<sup>−3</sup>"),
        ("k_F = (3π²N)^(1/3)", "k<sub>F</sub> = (3π²N)<sup>1/3</sup>"),
        ("growth_rate of a two-fluid", "growth_rate of a two-fluid"),
        ('"gamma_v" or "ratio"', "&quot;gamma_v&quot; or &quot;ratio&quot;"),
        ("sum_p int dnu/2pi G^<_11", "Σ<sub>p</sub> ∫ dν/2π G<sup>&lt;</sup><sub>11</sub>"),
        ("the sum of an int, |q|**3", "the sum of an int, |q|<sup>3</sup>"),
        ("a^dagger_p f_lambda", "a<sup>†</sup><sub>p</sub> f<sub>λ</sub>"),
    ],
)
def test_physics_in_text(text: str, markup: str) -> None:
    assert physics(text) == markup


def test_an_equation_is_checked_and_a_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    good = equations.examined("29")
    assert (good.failure, good.residual, good.verdict) == ("", 0.0, "misprint, corrected")
    assert good.section.startswith("II.")
    assert good.latex != good.printed

    def fails(number: str) -> verification.Outcome:
        return verification.Outcome(number, None, "does not hold", 0.0)

    monkeypatch.setattr(verification, "outcome", fails)
    bad = equations.examined("29")
    assert (bad.verdict, bad.residual) == ("fails", None)


def test_a_state_and_where_there_is_none() -> None:
    state = states.sample(Parameters(-1.0, gamma_v=1e-4))
    assert state.nature == "moving"
    assert state.rate == pytest.approx(0.0144, abs=1e-4)
    best = max(state.modes, key=lambda mode: max(mode.imag))
    assert max(best.imag) == pytest.approx(state.rate, rel=0.1)
    assert best.q[int(np.argmax(best.imag))] == pytest.approx(state.q, rel=0.3)
    assert states.sample(Parameters(1.0, gamma_v=9e-4)).nature == "normal"


def test_growth_map_of_states() -> None:
    found = states.growth_map(samples())
    assert found.rate.shape == (2, 3)
    assert found.condensate.tolist() == [[True, True, False], [True, True, False]]
    assert found.rate[1, 0] == 0.0125
    assert list(found.failures) == [1.0]


def test_figures_come_from_a_folder(tmp_path: Path) -> None:
    job = JOBS[0]
    assert not pictures.is_there(job, tmp_path)
    (tmp_path / f"{job.name}.svg").write_bytes(SVG)
    (tmp_path / f"{job.name}.png").write_bytes(b"longer than the drawing" * 9)
    assert pictures.is_there(job, tmp_path)
    assert pictures.read(job, tmp_path).uri.startswith("data:image/svg+xml;base64,")
    (tmp_path / f"{job.name}.png").write_bytes(b"short")
    assert pictures.read(job, tmp_path).uri == "data:image/png;base64,c2hvcnQ="


def test_a_figure_that_fails_is_told() -> None:
    found = pictures.draw("crossover", False, {"no_such": 1})
    assert (found.uri, found.failure[:10]) == ("", "TypeError:")


def double(value: int) -> int:
    return 2 * value


def raising() -> None:
    raise ValueError("said why")


@pytest.mark.parametrize("workers", [0, 2])
def test_crew_counts_what_is_done(workers: int) -> None:
    done: list[str] = []
    with ThreadPoolExecutor(2) as executor:
        crew = Crew(executor if workers else None, done.append)
        works = [crew.start("one", double, 1), crew.beside("two", double, 2)]
        assert [work() for work in works] == [2, 4]
        with pytest.raises(ValueError, match="said why"):
            crew.beside("three", raising)()
    assert sorted(done)[:2] == ["one", "two"]


def test_the_command_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "new" / "report.html"
    arguments = ["report", "--output", str(page), "--workers", "1", "--json"]
    data = small_data()
    monkeypatch.setattr(collect, "collect", lambda *given: data)
    assert main(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["failures"] == list(data.failures)
    assert told["bytes"] == page.stat().st_size
    whole = tuple(dataclasses.replace(e, failure="") for e in data.equations)
    data = dataclasses.replace(data, equations=whole, pictures=(), diagram=Diagram())
    assert main(arguments) == 0
    assert page.read_text(encoding="utf-8") == render(data)


def test_the_command_refuses_a_folder_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--from", str(tmp_path / "none")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_everything_is_collected_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = small_data().diagram.samples
    grid = (sorted({s.inv_kfa for s in known}), sorted({s.ratio for s in known}))
    monkeypatch.setattr(states, "grid", lambda full: grid)
    by_place = {(s.inv_kfa, s.ratio): s for s in known}
    monkeypatch.setattr(states, "sample", lambda p: by_place[p.inv_kfa, round(p.ratio, 9)])
    monkeypatch.setattr(equations, "numbers", lambda: ["29", "40"])
    monkeypatch.setattr(paper_table, "compare", small_table)
    monkeypatch.setattr(
        collect, "_diagram", lambda *given: phase_diagram([-1.0, -0.9], kinds=("normal",))
    )
    for job in JOBS:
        for kind in ("svg", "png"):
            (tmp_path / f"{job.name}.{kind}").write_bytes(SVG)
    done: list[str] = []
    found = collect.collect(Settings(), tmp_path, Crew(None, done.append))
    assert len(done) == collect.pieces(tmp_path, False)
    assert [e.id for e in found.equations] == ["29", "40"]
    assert [d.id for d in found.derivations] == ["40"]
    assert {p.name for p in found.pictures} == {job.name for job in JOBS}
    assert found.diagram.samples[0] == known[0]
    assert [(n.role, n.verdict) for n in found.paper][-3:] == [
        ("independent", "disagrees"),
        ("independent", "agrees"),
        ("not printed", "agrees"),
    ]
    assert Elements(render(found)).inside == []


def test_the_diagram_states_its_parameters() -> None:
    chosen = Settings(gamma_b=2e-3, temperature=0.05, cutoff=50.0)
    page = render(dataclasses.replace(small_data(), settings=chosen))
    section = page[page.index('id="diagram"') :]
    for said in (
        "γ<sub>b</sub> = 0.002 ε<sub>F</sub>",
        "T<sub>b</sub> = 0.05 ε<sub>F</sub>",
        "p<sub>c</sub> = 50 k<sub>F</sub>",
    ):
        assert said in section[: section.index("</section>")]
