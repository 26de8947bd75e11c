"""Read a formula that somebody types, without ever running it.

`parse` goes through the syntax tree and knows every node that may occur. The public can reach it,
too, so text that would take long to compute is refused before it is tried.
"""

import ast
import keyword
import math
import operator
import re
from collections.abc import Iterator, Sequence
from typing import Any

import sympy

FUNCTIONS = {
    name: getattr(sympy, name)
    for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "sinh", "cosh", "tanh", "atan")
}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}

_MAX_LENGTH = 200
_MAX_BRACKETS = 20
_MAX_POWER = 64  # also for the product of the exponents of nested powers
# SymPy raises the factors of a number to powers as high as the root, and roots multiply where they
# are nested or stand in one product: a few short ones take gigabytes.
_MAX_ROOT = 1000  # the common denominator of all exponents, times that of those around them
_MAX_ROOT_DIGITS = 5_000  # that, times the digits of all numbers under roots
_MAX_NUMBER = 10**12
_MAX_DIGITS = 60

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_FLOAT = {  # what may stand in a parsed expression, and how to compute it in floats
    sympy.Add: lambda *terms: math.fsum(terms),
    sympy.Mul: lambda *factors: math.prod(factors),
    sympy.Pow: operator.pow,
    **{FUNCTIONS[name]: getattr(math, name) for name in FUNCTIONS if name != "sqrt"},
}
_NUMBER_THEN_NAME = re.compile(
    r"(?<![\w.])((?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?+)\s*+([A-Za-z]\w*|\()"
)


def parse(text: str, variables: Sequence[str]) -> sympy.Expr:
    """Read a formula as an exact `sympy.Expr`, without ever running it.

    Allowed are + - * / ** (also written ^), brackets, numbers (0.1 is read as 1/10), the constants
    pi and e, the functions in `FUNCTIONS`, and the variables. An exponent is a plain number such
    as 3, -1, 0.5 or (1/2). Text that would take long to compute is refused before it is tried.

    Parameters
    ----------
    text : str
        Up to 200 characters.
    variables : sequence of str
        Their names; they become real symbols.

    Raises
    ------
    ValueError
        It names the piece that is refused, says why, and says what is allowed.

    Examples
    --------
    >>> parse("(w1^2 - 1)^2 + 0.1*w2", ["w1", "w2"])
    w2/10 + (w1**2 - 1)**2
    >>> parse("2x", ["x"])
    Traceback (most recent call last):
    ...
    ValueError: '2x' needs a * in between: write 2*x. A formula may contain numbers, x, pi, e, ...
    """
    return _Parser(checked_names(variables)).parse(text)


class _Parser:
    def __init__(self, names: Sequence[str]) -> None:
        self.symbols = {name: sympy.Symbol(name, real=True) for name in names}
        self.root = 1  # the common denominator of the exponents so far

    def parse(self, text: str) -> sympy.Expr:
        if not isinstance(text, str):
            raise self.refusal(type(text).__name__, "is not text")
        self.check_characters(text)
        self.text = text = text.strip().replace("^", "**")
        if not text:
            raise self.refusal(text, "is empty")
        if found := _NUMBER_THEN_NAME.search(text):
            number, name = found.groups()
            raise self.refusal(found[0], f"needs a * in between: write {number}*{name}")
        try:
            tree = ast.parse(text, mode="eval")
        except SyntaxError as error:
            start = max((error.offset or 1) - 1, 0)
            raise self.refusal(
                text[start:] or text, f"cannot be read ({error.msg or 'syntax'})"
            ) from None
        return self.build(tree.body)

    def check_characters(self, text: str) -> None:
        if len(text) > _MAX_LENGTH:
            raise self.refusal(text, f"is longer than {_MAX_LENGTH} characters")
        if bad := re.search(r"[^\w\s.+\-*/^()]|[^ -~]", text):
            raise self.refusal(bad[0], f"(U+{ord(bad[0]):04X}) may not be in a formula")
        depth = 0
        for character in text:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth > _MAX_BRACKETS:
                raise self.refusal("(", f"is nested more than {_MAX_BRACKETS} levels deep")

    def build(self, node: ast.AST, power: Any = 1, root: int = 1) -> sympy.Expr:
        """Return the expression of a syntax node.

        `power` is the product of the exponents around it, `root` that of their denominators.
        """
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                if number > _MAX_NUMBER:
                    raise self.refusal(node, f"is larger than {_MAX_NUMBER:.0e}")
                result = sympy.Rational(str(number))
            case ast.Name(id=name):
                result = self.lookup(name)
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
                result = self.build(operand, power, root)
                result = -result if isinstance(node.op, ast.USub) else result
            case ast.BinOp(op=ast.Pow()):
                exponent = self.exponent(node.right)
                power *= max(1, abs(exponent))
                if power > _MAX_POWER:
                    raise self.refusal(node, f"has a power of more than {_MAX_POWER} in all")
                root *= exponent.q
                self.take_root(node, root)
                base = self.build(node.left, power, root)
                self.check_digits(node, base, inside=not exponent.is_Integer)
                result = base**exponent
            case ast.BinOp(op=ast.Div()):
                dividend = self.build(node.left, power, root)
                divisor = self.build(node.right, power, root)
                if divisor == 0:
                    raise self.refusal(node, "divides by zero")
                self.check_digits(node, dividend, divisor)
                result = dividend / divisor
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
                left = self.build(node.left, power, root)
                right = self.build(node.right, power, root)
                self.check_digits(node, left, right)
                result = _OPERATORS[type(node.op)](left, right)
            case ast.Call():
                result = self.call(node, power, root)
            case _:
                raise self.refusal(node, "may not be in a formula")
        if problem := _problem(result):
            raise self.refusal(node, problem)
        return result

    def lookup(self, name: str) -> sympy.Expr:
        if name in FUNCTIONS:
            raise self.refusal(name, f"is a function: write {name}(...)")
        known = CONSTANTS | self.symbols
        if name not in known:
            raise self.refusal(name, "is an unknown name")
        return known[name]

    def exponent(self, node: ast.AST) -> sympy.Expr:
        plain = (ast.Constant, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.Div)
        if not all(isinstance(part, plain) for part in ast.walk(node)):
            raise self.refusal(node, "is not a plain number, but an exponent must be one")
        exponent = self.build(node)
        if max(abs(exponent.p), exponent.q) > _MAX_ROOT:
            raise self.refusal(node, f"is not a fraction of numbers up to {_MAX_ROOT}")
        return exponent

    def take_root(self, node: ast.AST, root: int) -> None:
        self.root = math.lcm(self.root, root)
        if self.root > _MAX_ROOT:
            raise self.refusal(
                node, f"is one root too many: the roots have the common denominator {self.root}"
            )

    def check_digits(self, node: ast.AST, *parts: sympy.Expr, inside: bool = False) -> None:
        if self.root == 1:
            return
        numbers = {number for part in parts for number in _radicands(part, inside)}
        digits = sum(len(str(number.p)) + len(str(number.q)) for number in numbers)
        if digits * self.root > _MAX_ROOT_DIGITS:
            raise self.refusal(node, "takes roots of numbers with too many digits")

    def call(self, node: ast.Call, power: Any, root: int) -> sympy.Expr:
        function = FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None:
            raise self.refusal(node, "calls no known function (for a product write *)")
        if len(node.args) != 1:  # none: commas and keywords were refused before
            raise self.refusal(node, "needs one argument")
        if function is sympy.sqrt:
            root *= 2
            self.take_root(node, root)
        argument = self.build(node.args[0], power, root)
        self.check_digits(node, argument, inside=function is sympy.sqrt)
        if function is sympy.exp and argument.has(sympy.log):
            # SymPy turns exp(9*log(x)) into x**9, which evades the limit on powers.
            raise self.refusal(node, "has a log inside exp: write it as a power")
        return function(argument)

    def refusal(self, piece: str | ast.AST, reason: str) -> ValueError:
        if isinstance(piece, ast.AST):
            piece = ast.get_source_segment(self.text, piece) or ""
        piece = piece if len(piece) <= 40 else piece[:37] + "..."
        return ValueError(
            f"{piece!r} {reason}. A formula may contain numbers, {', '.join(self.symbols)}, "
            f"{', '.join(CONSTANTS)}, + - * / ** ( ), and {', '.join(FUNCTIONS)}"
        )


def _problem(expression: sympy.Expr) -> str | None:
    """Say why `expression` is not a smooth real formula, or return None if it is one.

    SymPy simplifies while it builds, so the expression may hold what nobody typed: I, zoo, Abs.
    """
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Abs):
            return f"is refused: it holds {part}, which has no derivative at 0"
        if part.is_Rational and max(abs(part.p), part.q) > 10**_MAX_DIGITS:
            return f"is refused: it leads to a number of more than {_MAX_DIGITS} digits"
        if not (part.is_Symbol or _is_constant(part) or part.func in _FLOAT):
            return "has no finite real value" if part.is_number else f"is refused: it holds {part}"
    try:
        _check_size(expression)
    except (ArithmeticError, ValueError, TypeError):
        return f"has no real value of at most {_MAX_NUMBER:.0e}"
    return None


def _radicands(expression: sympy.Expr, inside: bool = False) -> Iterator[sympy.Rational]:
    """Yield the numbers in an expression that stand under roots; all but exponents if `inside`."""
    if expression.is_Rational:
        yield from [expression] * inside
    elif expression.is_Pow:
        base, exponent = expression.args
        yield from _radicands(base, inside or not exponent.is_Integer)
    else:
        for part in expression.args:
            yield from _radicands(part, inside)


def _is_constant(expression: sympy.Expr) -> bool:
    return expression.is_Rational or expression in CONSTANTS.values()


def _check_size(expression: sympy.Expr) -> float | None:
    """Return the value of a constant as a float, None if there are variables in it."""
    if expression.is_Symbol:
        return None
    if _is_constant(expression):
        value = float(expression)
    else:
        arguments = [_check_size(argument) for argument in expression.args]
        if None in arguments:
            return None
        value = _FLOAT[expression.func](*arguments)
    if not abs(value) <= _MAX_NUMBER or isinstance(value, complex):
        raise ValueError
    return value


def checked_names(variables: Sequence[str]) -> list[str]:
    """Return `variables` as a list of names that a formula can use.

    Raises
    ------
    ValueError
        If there is no name, or one is not a valid name, already has a meaning, or occurs twice.

    Examples
    --------
    >>> checked_names(("w1", "w2"))
    ['w1', 'w2']
    """
    names = list(variables)
    for name in names:
        if not (isinstance(name, str) and name.isascii() and name.isidentifier()):
            raise ValueError(f"variables must be names such as w1, not {name!r}")
        if keyword.iskeyword(name) or name in FUNCTIONS or name in CONSTANTS:
            raise ValueError(f"variables must not be called {name!r}: this name has a meaning")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"variables must be one or more different names, not {names}")
    return names
