"""A small site, built: Sphinx has nothing to complain of, links hold, and pages fit."""

import importlib
import re
import warnings
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

import derive
from numerics.report.data import Derivation
from numerics.report.typography import scripts
from numerics.site.links import broken
from numerics.site.pages import write
from numerics.site.reference import PACKAGES
from tests.browser import browsing
from tests.report.small_page import small_data

ROOT = Path(__file__).resolve().parents[2]
#: One of each kind, and how wide the window is.
PAGES = (
    *("index", "CONVENTIONS", "CHANGELOG", "command_line", "report", "notebooks", "search"),
    *("notebooks/03_response", "gallery", "gallery/fig04", "ledger", "ledger/ii"),
    *("reference/numerics", "reference/derive/modules", "reference/numerics/steady_states"),
)
WIDTHS = (1400, 400)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    build = importlib.import_module("numerics.site.__main__").build
    folder = tmp_path_factory.mktemp("site")
    notebooks = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    write(ROOT, folder / "sources", small_data(), notebooks, lambda n: Derivation(n, ()))
    with warnings.catch_warnings():
        # what Sphinx's extensions call that will go some day; what Sphinx says of pages is an error
        for category in (DeprecationWarning, PendingDeprecationWarning):
            warnings.simplefilter("ignore", category)
        assert build(folder / "sources", folder / "built") == []
    return Path(folder / "built")


def text_of(page: Path) -> str:
    """Return the text of a page without its code."""
    code = re.sub(r"(?s)<pre>.*?</pre>", "", page.read_text(encoding="utf-8"))
    return unescape(re.sub(r"<[^>]+>", "", code))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_described(site: Path, package: str) -> None:
    from sphinx.util.inventory import InventoryFile

    content = (site / "objects.inv").read_bytes()
    inventory = InventoryFile.loads(content, uri="")
    known = {
        name: (site / item.uri.split("#")[0])
        for kind, names in inventory.data.items()
        if kind.startswith("py:")
        for name, item in names.items()
    }
    module = importlib.import_module(package)
    for name in module.__all__:
        value = getattr(module, name)
        if name.startswith("__"):
            continue
        where = value.__name__ if type(value).__name__ == "module" else f"{package}.{name}"
        assert where in known, where
        first = (value.__doc__ or "").split("\n")[0].split(":math:")[0].split("`")[0]
        words = "".join(part for _, part in scripts(first)).replace("'", "’").strip()
        assert words, name
        assert words in text_of(known[where]), name


def test_a_missing_page_is_seen(site: Path) -> None:
    page = site / "CONVENTIONS.html"
    kept = page.read_bytes()
    page.unlink()
    try:
        assert any("CONVENTIONS.html" in line for line in broken(site))
    finally:
        page.write_bytes(kept)
    assert broken(site) == []


def test_formulas_are_formulas(site: Path) -> None:
    for name in ("notebooks/03_response", "ledger/ii", "reference/derive/frequency_integrals"):
        page = (site / f"{name}.html").read_text(encoding="utf-8")
        assert "<math" in page
        assert not re.search(r"\\(frac|left|mathrm|int)\b", text_of(site / f"{name}.html"))


@pytest.fixture(scope="module", params=WIDTHS)
def page(site: Path, request: pytest.FixtureRequest) -> Iterator[object]:
    with browsing() as chromium:
        context = chromium.new_context(viewport={"width": request.param, "height": 900})
        context.set_default_timeout(600_000)
        yield context.new_page()


@pytest.mark.parametrize("name", PAGES)
def test_fits_and_loads_nothing_from_elsewhere(site: Path, page, name: str) -> None:
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((site / f"{name}.html").as_uri())
    width, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= window
    assert complaints == []
    assert all(url.startswith((site.as_uri(), "data:")) for url in requests)
    # from everywhere to the start
    assert page.locator("a[href$='index.html'], a[href='#']").count() > 0


def test_the_graph_shows_what_an_equation_needs_and_what_needs_it(site: Path, page) -> None:
    page.goto((site / "ledger.html").as_uri())
    book = derive.ledger()
    needing = {record.id for record in book if "34" in book.foundations(record.id)}
    page.locator(".graph .node[data-id='34']").focus()
    shown = page.evaluate("[...document.querySelectorAll('.node.shown')].map(n => n.dataset.id)")
    assert set(shown) == {"34", *book.foundations("34"), *needing}
    assert needing
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ledger/ii\.html#eq-34$"))
