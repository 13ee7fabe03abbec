"""The sources of the site: links, the graph, and what pages there are."""

import importlib
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import derive
from numerics.report.data import Derivation
from numerics.site import reference
from numerics.site.graph import columns, drawing
from numerics.site.ledger import pages as ledger_pages
from numerics.site.links import broken
from numerics.site.markdown import plain
from tests.report.small_page import EVIL, equations, small_data

PAGE = '<html id="here"><a href="{}">x</a></html>'


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("other.html#there", ""),
        ("other.html", ""),
        ("folder/", ""),
        ("#here", ""),
        ("a%20b.txt", ""),
        ("https://doi.org/10.1/x", ""),
        ("mailto:a@b.org", ""),
        ("data:,", ""),
        ("none.html", "leads to no file"),
        ("folder/none.html", "leads to no file"),
        ("../outside.html", "leads to no file"),
        ("other.html#here", "leads to no place"),
        ("#there", "leads to no place"),
        ("https://", "is no address"),
        ("https://a b.org", "is no address"),
        ("htps://a.org", "is no address"),
        ("mailto:nobody", "is no address"),
    ],
)
def test_links_are_followed(tmp_path: Path, link: str, wrong: str) -> None:
    (tmp_path / "outside.html").write_text("")
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (site / "folder" / "index.html").write_text("")
    (site / "a b.txt").write_text("")
    (site / "other.html").write_text('<p id="there">')
    (site / "page.html").write_text(PAGE.format(link))
    lines = broken(site)
    assert len(lines) == bool(wrong)
    assert all(line.startswith(f"page.html: {link!r} {wrong}") for line in lines)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" ")))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    # a letter first: what begins a line as a list or a rule is not escaped
    text = " ".join(f"a {text}".replace("`", "").replace("&", "").split())
    shown = MarkdownIt().render(plain(text))
    assert unescape(re.sub(r"^<p>|</p>$", "", shown.strip())) == text


def test_numbers_in_text_are_links() -> None:
    assert plain("by (72), (A9) and (99)", ["72", "A9"]) == (
        "by [(72)](#eq-72), [(A9)](#eq-a9) and (99)"
    )


def test_the_graph_goes_from_left_to_right() -> None:
    graph = derive.ledger().graph()
    column = {n: k for k, found in enumerate(columns(graph)) for n in found}
    assert column.keys() == graph.keys()
    assert all(column[p] < column[n] for n, needed in graph.items() for p in needed)
    known = {e.id: e for e in equations()}
    shown = drawing(graph, known, {n: f"x.html#{n}" for n in graph})
    assert shown.count("<circle") == len(graph)
    assert shown.count("<path") == sum(len(needed) for needed in graph.values())


def test_every_equation_has_an_entry_with_its_derivation() -> None:
    step = "by parts, $x$"
    pages = {
        page.name: page.text
        for page in ledger_pages(small_data(), lambda n: Derivation(n, ((f"{n} {step}", "x"),)))
    }
    text = "\n".join(pages.values())
    for record in derive.ledger():
        assert text.count(f"(eq-{record.id.lower()})=\n## ({record.id}) ") == 1
        assert f"1. {record.id} by parts, \\$x\\$" in text
        for premise in record.premises:
            users = re.search(rf"\(eq-{premise.lower()}\)=.*?Used for (.*?)\.\n", text, re.DOTALL)
            assert users is not None
            assert f"[({record.id})](#eq-{record.id.lower()})" in users[1]
    assert EVIL not in text
    assert len(pages) == 1 + len(derive.ledger().sections)


def entries(text: str) -> Iterable[str]:
    return re.findall(r"^\.\. auto\w+:: (?:\w+\.)*(\w+)", text, re.M)


@pytest.mark.parametrize("package", reference.PACKAGES)
def test_every_public_name_has_one_entry(package: str) -> None:
    texts = [p.text for p in reference.pages() if p.name.startswith(f"reference/{package}/")]
    public = [name for name in importlib.import_module(package).__all__ if name[0] != "_"]
    assert sorted(name for text in texts for name in entries(text)) == sorted(public)


def test_names_of_other_modules_are_where_they_are_public() -> None:
    assert reference.home("Record", "derive.hanai2017") == "derive.Record"
    assert reference.home("Kind", "derive.hanai2017") == "derive.hanai2017.Kind"
    assert reference.home("Status", "derive") == "derive.Status"
    assert reference.home("Status") == "numerics.Status"
    assert reference.home("shape") == ""


def test_both_locks_have_the_same_versions() -> None:
    # in one environment the second would otherwise replace what the first has installed
    root = Path(__file__).resolve().parents[2]
    first, second = (
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (root / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-docs.lock")
    )
    assert "sphinx" in second
    assert {name: first[name] for name in second if name in first} == {
        name: version for name, version in second.items() if name in first
    }
