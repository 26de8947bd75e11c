"""A function of the library as it stands, for the reader to read: code without its docstring."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


class Source:
    """The code of a function, coloured in Jupyter, plain elsewhere.

    A lesson shows its estimators this way, so that what is read is what is run.

    Parameters
    ----------
    function : callable
        Its docstring is left out; its signature and comments stay.

    Examples
    --------
    >>> from course_lib.teaching.lesson import _unknown
    >>> print(Source(_unknown))
    def _unknown(what, id, known):
        return Feedback(str(id), "not yet", f"There is no such {what}; there are {', '.join(known)}.")
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        text = textwrap.dedent(inspect.getsource(function)).rstrip()
        (definition,) = ast.parse(text).body
        assert isinstance(definition, ast.FunctionDef)
        lines = text.splitlines()
        first = definition.body[0]
        if ast.get_docstring(definition) is not None and len(definition.body) > 1:
            del lines[first.lineno - 1 : first.end_lineno]
        self.text = "\n".join(lines)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"
