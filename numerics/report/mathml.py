"""LaTeX to MathML, with what the converter does not do: upright words, chains in rows."""

from __future__ import annotations

import functools
import re

from numerics.report.markup import Html, element

#: Names of symbols as they are written in formulas.
_NAMES = (
    (re.compile(r"_\{minus\}"), r"_{-}"),
    (re.compile(r"_\{plus\}"), r"_{+}"),
    (re.compile(r"([A-Za-z])_\{(even|odd) slope\}"), r"{\1'}_{\\text{\2}}"),
    (re.compile(r"_\{([a-z]{3,})\}"), r"_{\\text{\1}}"),
    (re.compile(r"\\int\\limits"), r"\\int"),
    # a single upright letter would come out slanted
    (re.compile(r"\\math(?:rm|up)\{([A-Za-z]+)\}"), r"\\text{\1}"),
)
#: A capital Greek letter in the converter's notation, which a browser would slant.
_CAPITAL = re.compile(r"<mi>(&#x003(?:9[1-9A-F]|A[0-9]);)</mi>")
#: The bar of an absolute value in the converter's notation, which a browser would set as "divides".
_BAR = '<mo stretchy="false">&#x0007C;</mo>'
#: Relations that begin a new row; what opens and closes a group within which they do not.
_TOKEN = re.compile(r"\\(?:left|right|begin|end)\b|\\[{}]|[{}\[\]()]| (?:=|\\to|\\simeq) ")
_CHANGE = {"{": 1, "}": -1, "\\left": 1, "\\right": -1, "\\begin": 1, "\\end": -1}


@functools.cache
def mathml(latex: str, *, display: bool = True) -> Html:
    """Return an equation as a formula; as code if the converter cannot read it.

    Parameters
    ----------
    latex : str
        Without dollar signs.
    display : bool
        Whether it stands on lines of its own; a chain of equalities is then set in rows, each with
        one relation.

    Examples
    --------
    >>> mathml("x = 1")
    '<math display="block"><mrow><mi>x</mi><mo>&#x0003D;</mo><mn>1</mn></mrow></math>'
    """
    for pattern, replacement in _NAMES:
        latex = pattern.sub(replacement, latex)
    try:
        if not display:
            return Html(f"<math>{_converted(latex)}</math>")
        first, *rest = _rows(latex)
        if len(rest) < 2:
            return Html(f'<math display="block">{_converted(latex)}</math>')
        left = [_converted(first), *[""] * (len(rest) - 1)]
        rows = [
            f"<mtr><mtd>{name}</mtd><mtd>{_converted(row)}</mtd></mtr>"
            for name, row in zip(left, rest, strict=True)
        ]
    except Exception:
        # whatever the converter stumbles over, the page has the source of the formula
        return element("code", latex)
    return Html(f'<math display="block"><mtable class="chain">{"".join(rows)}</mtable></math>')


def _converted(latex: str) -> str:
    """Return MathML without its outermost element, whose namespace HTML does not need."""
    from latex2mathml.converter import convert

    found = re.fullmatch(r"<math[^>]*>(.*)</math>", convert(latex), re.DOTALL)
    assert found is not None
    upright = _CAPITAL.sub(r'<mi mathvariant="normal">\1</mi>', found[1])
    return upright.replace(_BAR, '<mo stretchy="false" lspace="0" rspace="0">|</mo>')


def _rows(latex: str) -> list[str]:
    """Split at the relations outside of all groups; each row but the first begins with one."""
    depth, begin, rows = 0, 0, []
    for token in _TOKEN.finditer(latex):
        depth += _CHANGE.get(token[0], 0)
        if depth == 0 and token[0].startswith(" "):
            rows.append(latex[begin : token.start()])
            begin = token.start()
    return [*rows, latex[begin:]]
