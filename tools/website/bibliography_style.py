"""The bibliography's style: the label of an entry is how the course cites it, "Author (year)"."""

import re

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle


def families(entry):
    """Return the family names of an entry's authors as plain text."""
    names = []
    for person in entry.persons["author"]:
        words = " ".join([*person.prelast_names, *person.last_names])
        names.append(re.sub(r"[{}]", "", words))
    return names


def label(entry):
    """Return how prose cites an entry: "Golub & Welsch (1969)"."""
    names = families(entry)
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    return f"{' & '.join(names)} ({entry.fields['year']})"


class AuthorYearLabels(BaseLabelStyle):
    """Labels in words; two works of one label get letters."""

    def format_labels(self, sorted_entries):
        """Yield a label for each entry."""
        labels = [label(entry) for entry in sorted_entries]
        for k, text in enumerate(labels):
            before = labels[:k].count(text)
            letter = "abcdefgh"[before] if labels.count(text) > 1 else ""
            yield text.replace(")", f"{letter})")


class AuthorYearList(Plain):
    """The plain style with labels in words."""

    default_label_style = AuthorYearLabels


register_plugin("pybtex.style.formatting", "author_year_list", AuthorYearList)
