"""The claim ledger as a page: the directive ``claim-ledger`` makes a table of all claims."""

import json
from collections import Counter

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from course_lib import lessons
from course_lib.teaching.stored import notebook_of
from website import ROOT

EVIDENCE = ROOT / "docs" / "evidence.json"
HEADS = ("Claim", "Statement", "Verdict", "Evidence", "Source", "Lesson")
SAID = {
    "holds": "hold",
    "holds when": "hold under the condition stated",
    "false as stated": "are false as stated",
    "not settled here": "are not settled here",
    "opinion": "are opinions",
}


def claims():
    """Return all claims of the course as (lesson package, claim), in order."""
    return [(name, claim) for name in lessons.lesson_names() for claim in lessons.load(name).claims]


def evidence():
    """Return what the checks found, by claim; raises where the file is not of this ledger."""
    found = json.loads(EVIDENCE.read_text("utf-8"))
    known = {claim.id for _, claim in claims()}
    if found.keys() != known:
        raise ValueError(
            f"docs/evidence.json does not fit the ledger: {sorted(found.keys() ^ known)}. "
            "To write it again, run `make notebooks`"
        )
    return found


class ClaimLedger(SphinxDirective):
    """The table of all claims."""

    def run(self):
        """Return the sentence that counts the claims, and the table."""
        self.env.note_dependency(str(EVIDENCE))
        entries, found = claims(), evidence()
        counts = Counter(claim.kind for _, claim in entries)
        each = [f"{counts[kind]} {said}" for kind, said in SAID.items() if counts[kind]]
        summary = nodes.paragraph(classes=["ledger-count"])
        summary += nodes.Text(f"{len(entries)} claims: {', '.join(each)}.")
        body = nodes.tbody()
        for name, claim in entries:
            row = nodes.row(
                ids=[f"claim-{claim.id.replace('.', '-')}"], classes=[claim.kind.replace(" ", "-")]
            )
            lesson = notebook_of(name).stem
            link = nodes.reference("", lesson[:2], refuri=f"notebooks/{lesson}.html")
            cells = (claim.id, claim.statement, claim.verdict, found[claim.id], claim.source)
            for cell in cells:
                row += nodes.entry("", nodes.paragraph("", cell))
            row += nodes.entry("", nodes.paragraph("", "", link))
            body += row
        head = nodes.row("", *[nodes.entry("", nodes.paragraph("", text)) for text in HEADS])
        group = nodes.tgroup(cols=len(HEADS))
        group += [nodes.colspec(colwidth=width) for width in (5, 30, 15, 30, 15, 5)]
        group += [nodes.thead("", head), body]
        return [summary, nodes.table("", group, classes=["ledger"])]


def setup(app):
    """Register the directive."""
    app.add_directive("claim-ledger", ClaimLedger)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
