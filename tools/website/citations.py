"""Every work that the course cites must be in the bibliography: author and year are compared."""

import re
import unicodedata

import nbformat
from pybtex.database import parse_file

from website import NOTEBOOKS, ROOT
from website.bibliography_style import families

BIBLIOGRAPHY = ROOT / "assets" / "references.bib"

_NAME = r"(?:(?:de|van|von|Ben) )?[A-ZÀ-Ž][\w’'-]+"
_MORE = rf"(?:(?:, | & | and ){_NAME})*"
_YEARS = r"(?:1[89]|20)\d\d(?:(?:, | and )(?:1[89]|20)\d\d)*"
# "Golub & Welsch 1969", "Girard (1987, 1989)", "Foret et al. 2021", "(Polyak 1964)".
_CITATION = re.compile(rf"({_NAME}{_MORE})( et al\.)?,? \(?({_YEARS})\b")
# "- G. Goh, *Why Momentum Really Works*, Distill, 2017.": an entry of a list of further reading.
_READING = re.compile(
    rf"(?:[A-Z]\.[ -]?)+({_NAME})[^*\n]*, \*[^*]+\*[^*\n]*?\b((?:1[89]|20)\d\d)\b"
)


def plain(name):
    """Return a name without accents and in small letters."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def citations(text):
    """Return the citations in a text as a set of (first author's family name, year, as written)."""
    found = {(plain(name), year, f"{name} {year}") for name, year in _READING.findall(text)}
    text = " ".join(_READING.sub("", text).split())
    for names, _, years in _CITATION.findall(text):
        first = re.split(r", | & | and ", names)[0]
        for year in re.findall(r"\d{4}", years):
            found.add((plain(first), year, f"{names} {year}"))
    return found


def texts():
    """Yield (where, text) of all that cites: modules, with their claims, and the notebooks' prose."""
    for path in sorted((ROOT / "course_lib").rglob("*.py")):
        yield path.relative_to(ROOT), path.read_text("utf-8")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = nbformat.read(path, 4).cells
        yield (
            path.relative_to(ROOT),
            "\n\n".join(c.source for c in cells if c.cell_type == "markdown"),
        )


def missing():
    """Return a sentence for each citation that the bibliography does not know."""
    known = set()
    for entry in parse_file(str(BIBLIOGRAPHY)).entries.values():
        known |= {(plain(name), entry.fields["year"]) for name in families(entry)}
    return [
        f"{where}: {written} is not in {BIBLIOGRAPHY.relative_to(ROOT)}"
        for where, text in texts()
        for first, year, written in sorted(citations(text))
        if (first, year) not in known
    ]
