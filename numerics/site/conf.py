"""What Sphinx is told; nothing of it asks a network."""

from __future__ import annotations

from pathlib import Path

from numerics.version import version as _version

project = "nambu"
author = "the nambu developers"
release = version = _version()
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "numerics.site.extension",
]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
nitpicky = False
default_role = "py:obj"

# Notebooks are shown as they are kept; `make notebooks` executes them.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

# Types stand in the docstrings.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
add_module_names = False
toc_object_entries_show_parents = "hide"
python_display_short_literal_types = True

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "nambu"
html_math_renderer = "mathml"
_here = Path(__file__).parent
html_static_path = [str(_here / name) for name in ("site.css", "site.js", "../report/math.css")]
html_css_files = ["math.css", "site.css"]
html_js_files = ["site.js"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
# The colours of the report, which is one of the pages.
_LIGHT = {
    "color-background-primary": "#fbfbf9",
    "color-background-secondary": "#f1f1ed",
    "color-foreground-primary": "#1b1d21",
    "color-foreground-secondary": "#565a62",
    "color-brand-primary": "#00588c",
    "color-brand-content": "#00588c",
    "color-brand-visited": "#00588c",
    "font-stack": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "font-stack--monospace": 'ui-monospace, "DejaVu Sans Mono", monospace',
}
_DARK = {
    "color-background-primary": "#14161a",
    "color-background-secondary": "#1b1e23",
    "color-foreground-primary": "#e8e8e3",
    "color-foreground-secondary": "#a9afb9",
    "color-brand-primary": "#7cc4f5",
    "color-brand-content": "#7cc4f5",
    "color-brand-visited": "#7cc4f5",
}
html_theme_options = {
    "light_css_variables": _LIGHT,
    "dark_css_variables": _DARK,
    "navigation_with_keys": True,
}
