"""Physics in running text: indices, exponents, Greek letters and arrows as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from numerics.report.markup import Html, element, safe

_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "rho": "ρ",
    "tau": "τ",
    "omega": "ω",
    "chi": "χ",
    "kappa": "κ",
    "lambda": "λ",
    "phi": "φ",
    "pi": "π",
    "sigma": "σ",
    "dagger": "†",
    "Delta": "Δ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Omega": "Ω",
}
_WORD = re.compile(rf"(?<![A-Za-z])({'|'.join(_GREEK)})(?![A-Za-z])")
#: Sums and integrals, over what has an index or a differential.
_SUM = re.compile(r"\bsum(?=_[a-z](?![a-z])| int d)")
_INTEGRAL = re.compile(r"\bint d(nu|omega|[a-z])(?![a-z])")
#: A word to be typed.
_QUOTED = re.compile(r"([\"“][\w.]+[\"”])")
#: An index or an exponent behind a letter, a digit or a bracket.
_SCRIPT = re.compile(
    r"(?<=[^\W_]|[)\]†<>|])"
    r"(?:_([+-]?[A-Za-zα-ω][A-Za-zα-ω0-9]?|\d{1,2}|[+-])(?![A-Za-z0-9_])"
    r"|(?:\^|\*\*)(\([^()\s]{1,8}\)|[+-]?\d+|[A-Z*<>†+](?![A-Za-z])|-?[a-z]{3,}|Re|Im))"
)
#: A hyphen that stands for a sign.
_MINUS = re.compile(r"(?:(?<=[\s(=])|^)-(?=[\w(])|(?<= )-(?= )")
_EXPONENT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def physics(text: str) -> Html:
    """Return plain text with its symbols as markup.

    Examples
    --------
    >>> physics("gamma_v/gamma_b -> 0, E_p^2 < 1")
    'γ<sub>v</sub>/γ<sub>b</sub> → 0, E<sub>p</sub><sup>2</sup> &lt; 1'
    """
    return safe(element(kind, part) if kind else part for kind, part in scripts(text))


def scripts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text with its symbols set: each with "sub", "sup" or nothing.

    Examples
    --------
    >>> list(scripts("gamma_v -> 0"))
    [('', 'γ'), ('sub', 'v'), ('', ' → 0')]
    """
    for k, part in enumerate(_QUOTED.split(text)):
        if k % 2:
            yield "", part
        else:
            yield from _set(part)


def _set(text: str) -> Iterator[tuple[str, str]]:
    text = _INTEGRAL.sub(
        lambda found: f"∫ d{_GREEK.get(found[1], found[1])}", _SUM.sub("Σ", _MINUS.sub("−", text))
    )
    text = _WORD.sub(lambda found: _GREEK[found[1]], text).replace("->", "→")
    end = 0
    for found in _SCRIPT.finditer(text):
        if end < found.start():
            yield "", text[end : found.start()]
        kind, script = ("sub", found[1]) if found[1] else ("sup", found[2].strip("()"))
        yield kind, script.replace("-", "−")
        end = found.end()
    if end < len(text):
        yield "", text[end:]


def shown(value: float, digits: int = 1) -> str:
    """Return a number with so many digits, as people write it.

    Examples
    --------
    >>> shown(-4.2e-7, 2), shown(0.0125, 3), shown(0.0)
    ('−4.2·10⁻⁷', '0.0125', '0')
    """
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}·10{str(int(exponent)).translate(_EXPONENT)}"
    return text.replace("-", "−")
