"""What the site adds to Sphinx: formulas as MathML, and physics in the text of docstrings.

Sphinx is imported where it is needed only: it comes with the extra `docs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numerics.report.mathml import mathml
from numerics.report.typography import scripts
from numerics.site.reference import home

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the renderer of formulas and the transform of text."""
    from sphinx.transforms import SphinxTransform

    class Typography(SphinxTransform):
        """Sets the symbols of docstrings and records."""

        default_priority = 850

        def apply(self, **kwargs: Any) -> None:
            # options and their values are to be typed as they are
            if self.env.docname != "command_line":
                set_physics(self.document)

    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.add_transform(Typography)
    app.connect("autodoc-process-docstring", _bars)
    app.connect("doctree-read", _lead_home)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    r"""Let \|x\| be the absolute value that it is in docstrings, not a substitution."""
    lines[:] = [
        line if line.lstrip().startswith((">>>", "...")) else line.replace("|", r"\|")
        for line in lines
    ]


def _lead_home(app: Sphinx, document: nodes.document) -> None:
    """Let names in docstrings lead to public names only; else they lead to any of that name."""
    from sphinx.addnodes import pending_xref

    own = app.env.docname.split("/")[1] if "/" in app.env.docname else ""
    for reference in list(document.findall(pending_xref)):
        name = reference.get("reftarget", "")
        if reference.get("refdomain") == "py" and "." not in name:
            if place := home(name, own):
                reference["reftarget"] = place
            else:
                reference.parent.replace(reference, reference.children)


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    _write(translator, node.astext(), display=False)


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    _write(translator, node.astext(), display=True)


def _write(translator: HTML5Translator, latex: str, *, display: bool) -> None:
    from docutils.nodes import SkipNode
    from sphinx.util.logging import getLogger

    shown = mathml(latex, display=display)
    if not shown.startswith("<math"):
        getLogger(__name__).warning("not typeset: %s", latex)
    translator.body.append(f"{shown}</div>\n" if display else shown)
    raise SkipNode


def set_physics(document: nodes.document) -> None:
    """Set indices, exponents and Greek letters in running text; code and formulas stay."""
    from docutils import nodes
    from sphinx import addnodes

    code = (
        *(nodes.literal, nodes.literal_block, nodes.doctest_block, nodes.math, nodes.math_block),
        *(nodes.raw, nodes.comment, addnodes.literal_strong, addnodes.literal_emphasis),
        *(addnodes.desc_signature, addnodes.toctree, addnodes.index),
    )
    kinds = {"sub": nodes.subscript, "sup": nodes.superscript}
    for text in list(document.findall(nodes.Text)):
        if _within(text, code):
            continue
        parts = list(scripts(text.astext()))
        if "".join(piece for _, piece in parts) != text.astext():
            new = [kinds[kind]("", piece) if kind else nodes.Text(piece) for kind, piece in parts]
            text.parent.replace(text, new)


def _within(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node is not None:
        if isinstance(node, kinds):
            return True
        node = node.parent
    return False
