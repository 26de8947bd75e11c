"""The code of a library function, shown to the reader without its docstring and types."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from course_lib.support.console import Printable


class Source(Printable):
    """The code of a function, coloured in Jupyter, plain elsewhere.

    A lesson shows its estimators this way, so that the code a reader sees is the code that runs.

    Parameters
    ----------
    function : callable
        Its docstring and annotations are left out; its comments stay.

    Examples
    --------
    >>> from course_lib.teaching.lesson import _unknown
    >>> print(Source(_unknown))
    def _unknown(what, id, known):
        said = f"There is no such {what}. This lesson has {', '.join(known)}."
        return Feedback(as_text(id), "not yet", said)
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        text = textwrap.dedent(inspect.getsource(function)).rstrip()
        (definition,) = ast.parse(text).body
        assert isinstance(definition, ast.FunctionDef)
        lines, body = text.splitlines(), definition.body
        begin = body[0].lineno - 1
        if ast.get_docstring(definition) is not None and len(body) > 1:
            begin = body[0].end_lineno or begin
        every = definition.args
        for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs):
            argument.annotation = None
        self.text = "\n".join([f"def {definition.name}({ast.unparse(every)}):", *lines[begin:]])

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"
