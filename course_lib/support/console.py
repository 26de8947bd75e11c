"""Text for consoles that do not use UTF-8: characters that they lack become plain letters.

Windows writes pipes and files in an 8-bit code page, and so do old terminals. There a single ✓
ends a program with `UnicodeEncodeError`.
"""

import codecs
import sys
import unicodedata
from typing import Any

PLAINLY = "hessian-course"  # the name by which streams and codecs know the rule
PLAIN = {
    **{"✓": "+", "✗": "x", "·": "-", "…": "...", "“": '"', "”": '"', "’": "'", "←": "<-"},
    **{"–": "-", "—": "-", "−": "-", "×": "x", "±": "+-", "→": "->", "≤": "<=", "≥": ">="},
    **{"≈": "~", "≠": "!=", "√": "sqrt ", "∞": "inf", "∇": "grad ", "⁄": "/", "λ": "lambda"},
}


def _plain(character: str) -> str:
    """Return the plain letters for a character that cannot be written."""
    if character in PLAIN:
        return PLAIN[character]
    name = unicodedata.name(character, "")
    if name.startswith(("GREEK SMALL LETTER", "GREEK CAPITAL LETTER")):
        letter = name.split()[3]
        return letter.lower() if "SMALL" in name else letter.capitalize()
    # é is e and an accent, ₁ is 1 in another place, ½ is 1 and 2 with a stroke.
    parts = unicodedata.normalize("NFKD", character)
    letters = "".join(PLAIN.get(c, c) for c in parts if not unicodedata.combining(c))
    return letters.encode("ascii", "replace").decode()


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


codecs.register_error(PLAINLY, _write_plainly)


def make_safe(*streams: Any) -> None:
    """Let these text streams write plain letters for the characters that their encoding lacks.

    A program without a console has None for a stream, and a test may have put anything there.
    """
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAINLY)


def printable(text: str, encoding: str | None = None) -> str:
    """Return a text in the characters of an encoding, by default that of standard output.

    Examples
    --------
    >>> printable("✓ λ₁ = 2 ± 0.5", "cp1252")
    '+ lambda1 = 2 ± 0.5'
    >>> printable("Voilà: ½ σ² → ∞", "ascii")
    'Voila: 1/2 sigma2 -> inf'
    """
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, PLAINLY).decode(encoding)


class Printable:
    """An object that prints as its `repr`, even on a console that lacks some of the characters."""

    def __str__(self) -> str:
        return printable(repr(self))
