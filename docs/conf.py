"""The site: Sphinx over the stored lessons. `make site` lays the sources out, then calls Sphinx."""

import os
import re
from importlib import import_module
from pathlib import Path

from website import bibliography_style  # noqa: F401 - registers the labels "Author (year)"

import course_lib

project = "The spectral view of optimization"
author = "its maintainers"
copyright = "the maintainers of The spectral view of optimization"
version = release = course_lib.__version__
language = "en"
smartquotes = False  # what a claim says is shown as it stands

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",
    "sphinxcontrib.bibtex",
    "website.ledger",
]
templates_path = ["_templates"]
exclude_patterns = ["_generated", "_templates"]
suppress_warnings = [
    "myst.header",  # a heading may skip a level in a lesson
    "ref.python",  # a class stands on its module's page, and under its package's name
]

# Lessons: what is stored is shown, for that is what the tests compare.
nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "image/png", 0)]
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # or every page would ask another host
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_block"]
myst_heading_anchors = 3

# The reference: NumPy docstrings; `name` in backticks links where it names something.
default_role = "py:obj"
# A function that bears its module's name takes that name in the package, and is described there.
autosummary_context = {
    "shadowed": [
        f"course_lib.{path.parent.name}.{path.stem}"
        for path in Path(course_lib.__file__).parent.glob("*/*.py")
        if callable(getattr(import_module(f"course_lib.{path.parent.name}"), path.stem, None))
    ]
}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_mock_imports = ["jupyter_server", "voila"]  # of the extra `demo`: the site goes without
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # or a field of a dataclass is described twice

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "author_year_list"

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = True
html_sourcelink_suffix = ""
html_favicon = "_static/favicon.svg"
html_use_index = html_domain_indices = False  # the search finds every name
html_context = {"default_mode": "auto"}
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": True,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the search field stands in the sidebar
}
# Only the forge knows the repository's public name: its workflow passes it on.
if repository := os.environ.get("COURSE_REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {"binderhub_url": "https://mybinder.org"},
    }


# The theme's own scripts stand in its pages, so those are allowed; other hosts are not.
# A live demo's picture is a blob that the page itself made.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'"
)


def forbid_other_hosts(app, pagename, templatename, context, doctree):
    """Put the policy into each page: a host of static files sends no headers of ours."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    context["metatags"] = policy + context.get("metatags", "")


def plain_text(app, what, name, obj, options, lines):
    """Keep |λ| and *args in a docstring as they stand: to Sphinx they would be markup."""
    lines[:] = [
        line if ">>>" in line else re.sub(r"\||(?<=[(\s])\*(?=\w+[),])", r"\\\g<0>", line)
        for line in lines
    ]


def setup(app):
    """Register what is above."""
    app.connect("html-page-context", forbid_other_hosts)
    app.connect("autodoc-process-docstring", plain_text, priority=400)  # before napoleon
