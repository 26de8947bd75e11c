"""The course's replies to the reader: a verdict and a sentence, as text and as a framed note."""

from dataclasses import dataclass
from html import escape

from course_lib.support.console import Printable

# A verdict is shown by its sign and its word. The colour is only an aid.
_MARKS = {
    "right": ("✓", "#009E73"),
    "not yet": ("→", "#D55E00"),
    "a surprise": ("≠", "#D55E00"),
    "not attempted": ("…", "#777777"),
    "noted": ("✎", "#0072B2"),
}


@dataclass(frozen=True)
class Feedback(Printable):
    """A reply to the reader.

    Parameters
    ----------
    topic : str
        What the reply is about, such as ``"2.1"``.
    verdict : str
        ``"right"``, ``"not yet"``, ``"a surprise"``, ``"not attempted"`` or ``"noted"``.
    message : str
        One or two sentences.

    Examples
    --------
    >>> Feedback("2.1", "right", "Both eigenpairs.")
    ✓ 2.1 right: Both eigenpairs.
    """

    topic: str
    verdict: str
    message: str

    @property
    def right(self) -> bool:
        """Return whether the answer was right."""
        return self.verdict == "right"

    def __repr__(self) -> str:
        return f"{_MARKS[self.verdict][0]} {self.topic} {self.verdict}: {self.message}"

    def _repr_html_(self) -> str:
        mark, colour = _MARKS[self.verdict]
        return note(f"{mark} {self.topic} {self.verdict}", self.message, colour)


def note(heading: str, text: str, colour: str) -> str:
    """Return a framed note in HTML that reads well on a light and on a dark page."""
    return (
        f'<div style="border-left: 4px solid {colour}; padding: 0.3em 0.8em; max-width: 46em">'
        f"<strong>{escape(heading)}</strong><br>{escape(text).replace(chr(10), '<br>')}</div>"
    )
