"""How to cite the course, from CITATION.cff: a sentence and an entry for BibTeX."""

import os

import yaml

import course_lib
from website import ROOT

PAGE = """\
> {sentence}

As an entry for BibTeX:

```bibtex
{bibtex}
```
"""


def data():
    """Return what CITATION.cff says, with the version, and with the address if the forge names it."""
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    found["version"] = course_lib.__version__
    if repository := os.environ.get("COURSE_REPOSITORY"):
        found["url"] = f"https://github.com/{repository}"
    return found


def authors(found):
    """Return the authors' names: of a group as it calls itself, of a person the given name first."""
    return [
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in found["authors"]
    ]


def sentence(found):
    """Return the citation as a sentence of a bibliography."""
    year = f" ({str(found['date-released'])[:4]})" if "date-released" in found else ""
    address = f" {found['url']}" if "url" in found else ""
    return (
        f"{', '.join(authors(found))}{year}. *{found['title']}*. "
        f"Version {found['version']}.{address}"
    )


def bibtex(found):
    """Return the citation as an entry for BibTeX."""
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in authors(found)),
        "title": f"{{{found['title']}}}",
        "version": found["version"],
    }
    if "date-released" in found:
        fields["year"] = str(found["date-released"])[:4]
    if "url" in found:
        fields["url"] = found["url"]
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join(["@software{spectral_view_of_optimization,", *lines, "}"])


def page():
    """Return what the page on citing includes."""
    found = data()
    return PAGE.format(sentence=sentence(found), bibtex=bibtex(found))
