"""The report in a browser: it works, loads nothing, and fits."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from numerics.report.page import render
from tests.browser import browsing
from tests.report.small_page import small_data


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(small_data()), encoding="utf-8")
    return path.as_uri()


class Visit:
    """An open page, and what went on while it was open."""

    def __init__(self, browser: Any, address: str, **how: Any) -> None:
        self.address = address
        self.context = browser.new_context(**how)
        # milliseconds; only what hangs takes so long
        self.context.set_default_timeout(600_000)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def end(self) -> None:
        self.context.close()
        assert self.complaints == []
        loaded = [url for url in self.requests if not url.startswith("data:")]
        assert [url.split("#")[0] for url in loaded] == [self.address]


@pytest.fixture
def visit(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    how = getattr(request, "param", {"viewport": {"width": 1400, "height": 900}})
    found = Visit(browser, address, **how)
    yield found.page
    found.end()


def state(page: Any, inv_kfa: float, ratio: float) -> Any:
    index = [(s.inv_kfa, s.ratio) for s in small_data().diagram.samples].index((inv_kfa, ratio))
    return page.locator(f'#map [data-index="{index}"]')


def ground(page: Any) -> int:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


def test_renders(visit: Any) -> None:
    assert visit.locator("h1").is_visible()
    assert visit.locator("#derived math").first.is_visible()
    assert visit.locator("#map .state").count() == len(small_data().diagram.samples)
    assert visit.locator("#map .curve").count() == 3


def test_pointing_at_a_state_tells_it(visit: Any) -> None:
    state(visit, 0.0, 0.01).hover()
    told = visit.locator("#state").inner_text()
    assert "0.25 εF" in told.replace("\n", "")
    assert "grows in place" in told
    assert "B, A" in told
    state(visit, 1.0, 0.1).hover()
    assert "No condensate" in visit.locator("#state").inner_text()
    state(visit, 1.0, 0.01).hover()
    assert "<b>" in visit.locator("#state").inner_text()


def test_a_click_draws_the_modes(visit: Any) -> None:
    panel = visit.locator("#dispersion")
    assert "at −1, 0.1" in panel.inner_text()
    state(visit, 0.0, 0.01).click()
    assert "at 0, 0.01" in panel.inner_text()
    assert panel.locator(".mode").count() == 4
    # another state that is pointed at does not change what is drawn
    state(visit, -1.0, 0.01).hover()
    assert "at 0, 0.01" in panel.inner_text()
    state(visit, 1.0, 0.1).click()
    assert panel.locator(".mode").count() == 0


def test_modes_are_smooth_and_go_through_their_points(visit: Any) -> None:
    state(visit, 0.0, 0.01).click()
    drawn = visit.locator("#dispersion svg").nth(1)
    curve = drawn.locator(".mode").first.get_attribute("d")
    places = [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", curve)]
    # a start, and two cubic pieces of three points each
    assert len(places) == 2 + 2 * 6
    ends = list(itertools.pairwise(places))[::6]
    circles = [
        [float(circle.get_attribute(name)) for name in ("cx", "cy")]
        for circle in drawn.locator("circle").all()[:3]
    ]
    for (x, y), (cx, cy) in zip(ends, circles, strict=True):
        assert abs(x - cx) < 0.06
        assert abs(y - cy) < 0.06
    # the middle one is the highest: nothing is above it
    assert min(places[1::2]) == ends[1][1]


def test_states_by_keyboard(visit: Any) -> None:
    state(visit, -1.0, 0.1).focus()
    for key in ("ArrowRight", "ArrowDown"):
        visit.keyboard.press(key)
    assert "(kF as)⁻¹ = 0, γv/γb = 0.01" in visit.locator("#state h3").inner_text()
    visit.keyboard.press("Enter")
    assert "at 0, 0.01" in visit.locator("#dispersion").inner_text()
    assert state(visit, 0.0, 0.01).get_attribute("aria-pressed") == "true"


def test_filter_and_search(visit: Any) -> None:
    shown = visit.locator(".equation:visible")
    assert shown.count() == 125
    button = visit.locator('.filter[data-filter="holds only in a stated case"]')
    button.click()
    assert shown.count() == int(button.locator(".count").inner_text())
    visit.locator("#search").fill("coupling amplitude")
    assert [e.get_attribute("id") for e in shown.all()] == ["eq-54"]
    assert visit.locator("#shown").inner_text() == "1 shown"
    visit.locator("#search").fill("no such equation")
    assert shown.count() == 0
    assert visit.locator("#none").is_visible()
    visit.locator("#search").fill("")
    visit.locator('.filter[data-filter=""]').click()
    assert shown.count() == 125


def test_an_equation_opens(visit: Any) -> None:
    body = visit.locator("#eq-54 .body")
    assert not body.is_visible()
    visit.locator("#eq-54 summary").press("Enter")
    assert body.locator("math").count() == 2
    assert body.locator("math").last.is_visible()


def test_light_and_dark(browser: Any, address: str) -> None:
    for scheme, dark in (("light", False), ("dark", True)):
        found = Visit(browser, address, color_scheme=scheme)
        assert (ground(found.page) < 200) is dark
        # from automatic to light to dark
        for wanted in (False, True):
            found.page.locator("#theme").click()
            assert (ground(found.page) < 200) is wanted
        found.page.reload()
        assert ground(found.page) < 200
        found.requests.pop()
        found.end()


def test_figures_are_dark_on_a_dark_page_and_light_on_paper(browser: Any, address: str) -> None:
    found = Visit(browser, address, color_scheme="dark")
    plate = found.page.locator(".plate").first
    read = "node => [getComputedStyle(node.querySelector('img')).filter, "
    read += "getComputedStyle(node).backgroundColor]"
    turned, paper = plate.evaluate(read)
    # white, turned around, is what the figure lies on
    part = float(re.match(r"invert\(([\d.]+)\)", turned)[1])
    assert part > 0.8
    white = 255 * (1 - part)
    assert all(abs(int(v) - white) < 1 for v in re.findall(r"\d+", paper)[:3])
    for setting in ({"media": "print"}, {"media": "screen", "color_scheme": "light"}):
        found.page.emulate_media(**setting)
        assert plate.evaluate(read) == ["none", "rgb(255, 255, 255)"]
    found.end()


def test_a_figure_is_enlarged(visit: Any) -> None:
    visit.locator(".plate").first.click()
    assert visit.locator("#large").is_visible()
    visit.keyboard.press("Escape")
    assert not visit.locator("#large").is_visible()


NARROW = {"viewport": {"width": 400, "height": 800}, "has_touch": True}


@pytest.mark.parametrize("visit", [NARROW], indirect=True)
def test_fits_a_narrow_screen(visit: Any) -> None:
    visit.locator("#open").click()
    visit.locator(".states summary").click()
    width = visit.evaluate("document.documentElement.scrollWidth")
    assert width <= 400
    state(visit, 0.0, 0.01).tap()
    assert "at 0, 0.01" in visit.locator("#dispersion").inner_text()
    chart, panel = (visit.locator(name).bounding_box() for name in (".chart", ".panel"))
    assert panel["y"] >= chart["y"] + chart["height"]
    assert chart["x"] + chart["width"] <= 400


def test_print_shows_all_equations(visit: Any) -> None:
    visit.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    visit.emulate_media(media="print")
    assert visit.locator("#eq-54 .body math").first.is_visible()
    assert not visit.locator(".bar").is_visible()
