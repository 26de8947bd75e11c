"""From a formula to its exact derivatives and spectrum, and to fast functions."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike
from sympy.matrices import dotprodsimp

from course_lib.exact.parsing import FUNCTIONS, checked_names, parse
from course_lib.support import arguments
from course_lib.support.console import Printable

LAMBDA = sympy.Symbol("lambda", real=True)


@dataclass(frozen=True, repr=False)
class Formula(Printable):
    """A function of named real variables, with its exact gradient and Hessian.

    The methods that take a point `w` compute in float64 with compiled NumPy functions. Where the
    formula is not defined (the log of a negative number), they return NaN or infinity.

    Parameters
    ----------
    expression : sympy.Expr
    variables : sequence of sympy.Symbol
        They give the order of the entries of `w`. They must be made with ``real=True``, and all
        must be different.

    Raises
    ------
    ValueError
        If `expression` is text (use `from_text`), or holds a symbol that is not a variable.

    Examples
    --------
    >>> f = Formula.from_text("2*w1**2 + 8*w2**2 + 4*w1*w2", variables=("w1", "w2"))
    >>> f.gradient
    Matrix([
    [ 4*w1 + 4*w2],
    [4*w1 + 16*w2]])
    >>> f.hessian
    Matrix([
    [4,  4],
    [4, 16]])
    >>> f.characteristic_polynomial()
    lambda**2 - 20*lambda + 48
    >>> f.gradient_at([1, 1])
    array([ 8., 20.])
    """

    expression: sympy.Expr
    variables: tuple

    def __post_init__(self) -> None:
        variables = tuple(self.variables)
        object.__setattr__(self, "variables", variables)
        if not isinstance(self.expression, sympy.Expr):
            raise ValueError(
                f"expression must be a SymPy expression, not {self.expression!r:.80} "
                "(for text use Formula.from_text)"
            )
        if not variables or not all(isinstance(v, sympy.Symbol) and v.is_real for v in variables):
            raise ValueError("variables must be one or more SymPy symbols made with real=True")
        if len({v.name for v in variables}) < len(variables):
            raise ValueError(f"variables must all be different, not {_names(variables)}")
        if foreign := self.expression.free_symbols - set(variables):
            raise ValueError(
                f"expression contains {_names(foreign)}, but the variables (symbols with "
                f"real=True) are {_names(variables)}"
            )

    @classmethod
    def from_text(cls, text: str, variables: Sequence[str]) -> "Formula":
        """Make a formula of `text` in the variables with these names; see `parsing.parse`."""
        symbols = tuple(sympy.Symbol(name, real=True) for name in checked_names(variables))
        return cls(parse(text, variables), symbols)

    @cached_property
    def gradient(self) -> sympy.ImmutableMatrix:
        """∇f, an immutable SymPy matrix of shape (n, 1)."""
        return sympy.ImmutableMatrix([self.expression.diff(v) for v in self.variables])

    @cached_property
    def hessian(self) -> sympy.ImmutableMatrix:
        """∇²f, an immutable SymPy matrix of shape (n, n)."""
        return sympy.hessian(self.expression, self.variables).as_immutable()

    def characteristic_polynomial(self, symbol: sympy.Symbol = LAMBDA) -> sympy.Expr:
        """Return det(λI − ∇²f) as a polynomial in `symbol`.

        Up to sign, its coefficients are the sums of the principal minors of each size. Written
        like this, nothing has to be simplified, which can take SymPy minutes.
        """
        n, H = len(self.variables), self.hessian
        with dotprodsimp(False):
            return sum(
                (-1) ** k * H.extract(rows, rows).det(method="berkowitz") * symbol ** (n - k)
                for k in range(n + 1)
                for rows in itertools.combinations(range(n), k)
            )

    def value(self, w: ArrayLike) -> Any:
        """Evaluate f at one point `w` of shape (n,), or at a grid of them, shape (n, ...).

        Returns
        -------
        float or ndarray of shape (...)
        """
        n, shape = len(self.variables), np.shape(w)
        if shape[:1] != (n,):
            raise ValueError(f"w must have shape ({n},) or ({n}, ...), not {shape}")
        w = arguments.vector("w", np.ravel(w)).reshape(shape)
        (values,) = _evaluate(self._value, w)
        return np.array(np.broadcast_to(values, shape[1:]), dtype=float)[()]

    def gradient_at(self, w: ArrayLike) -> np.ndarray:
        """Evaluate ∇f at `w` of shape (n,); an ndarray of shape (n,)."""
        w = arguments.vector("w", w, len(self.variables))
        return np.array(_evaluate(self._gradient, w), dtype=float)

    def hessian_at(self, w: ArrayLike) -> np.ndarray:
        """Evaluate ∇²f at `w` of shape (n,); an ndarray of shape (n, n)."""
        w = arguments.vector("w", w, len(self.variables))
        return np.array(_evaluate(self._hessian, w), dtype=float).reshape(len(w), len(w))

    @cached_property
    def _slopes(self) -> list[sympy.Expr]:
        """∇f, to be evaluated: not in the form in which SymPy would show it."""
        return [derivative(self.expression, v) for v in self.variables]

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return self._compile([self.expression])

    @cached_property
    def _gradient(self) -> Callable[..., Any]:
        return self._compile(self._slopes)

    @cached_property
    def _hessian(self) -> Callable[..., Any]:
        return self._compile([derivative(g, v) for g in self._slopes for v in self.variables])

    def _compile(self, expressions: list[sympy.Expr]) -> Callable[..., Any]:
        return sympy.lambdify(self.variables, expressions, modules="numpy", cse=True)

    def __repr__(self) -> str:
        return f"Formula({self.expression}, variables=({_names(self.variables)}))"

    def _repr_latex_(self) -> str:
        arguments = ", ".join(map(sympy.latex, self.variables))
        return rf"$\displaystyle f({arguments}) = {sympy.latex(self.expression)}$"


def derivative(expression: sympy.Expr, v: sympy.Symbol) -> sympy.Expr:
    """Return ∂expression/∂v, by the rules for sums, products, powers and chains.

    SymPy's own product rule also forms the terms that vanish. Before it drops them, it asks for
    each factor whether it is infinite. This may take minutes for a formula of thirty characters.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> derivative(sympy.tanh(sympy.tan(x**2) ** -60), x).has(x)
    True
    """
    parts = expression.args
    if v not in expression.free_symbols:
        return sympy.S.Zero
    if expression == v:
        return sympy.S.One
    if expression.is_Add:
        return sympy.Add(*(derivative(part, v) for part in parts))
    if expression.is_Mul:
        changing = [i for i, part in enumerate(parts) if v in part.free_symbols]
        return sympy.Add(
            *(sympy.Mul(*parts[:i], derivative(parts[i], v), *parts[i + 1 :]) for i in changing)
        )
    if expression.is_Pow and v not in parts[1].free_symbols:
        return parts[1] * parts[0] ** (parts[1] - 1) * derivative(parts[0], v)
    if expression.func in FUNCTIONS.values():
        return expression.fdiff() * derivative(parts[0], v)
    return expression.diff(v)


@dataclass(frozen=True)
class ExactSpectrum:
    """Exact eigenvalues (a tuple, descending) and orthonormal eigenvectors (a matrix's columns)."""

    eigenvalues: tuple
    eigenvectors: sympy.ImmutableMatrix


def exact_spectrum(H: sympy.MatrixBase) -> ExactSpectrum:
    """Decompose a small symmetric matrix exactly.

    A 2×2 matrix may hold symbols. The result is then valid wherever H[0, 1] ≠ 0. From 3×3 on, the
    entries must be rational, and the eigenvalues must be expressible by real square roots; those
    of most matrices are not.

    Parameters
    ----------
    H : sympy matrix of shape (n, n), n ≤ 4
        Real and exact: integers, fractions, roots.

    Returns
    -------
    ExactSpectrum
        If the entries are numbers, the signs of the eigenvectors are as in `spectra.eigh`.

    Raises
    ------
    ValueError
        If `H` is not such a matrix, or if its eigenvalues have no such form or cannot be sorted.

    Examples
    --------
    >>> spectrum = exact_spectrum(sympy.Matrix([[4, 4], [4, 16]]))
    >>> spectrum.eigenvalues
    (2*sqrt(13) + 10, 10 - 2*sqrt(13))
    """
    _check_exact(H)
    eigenvalues = _quadratic_roots(H) if H.rows == 2 else _roots(H)
    with dotprodsimp(False):  # SymPy's own simplification of products can take minutes
        columns = [v for value in eigenvalues for v in _eigenvectors(H, value, eigenvalues)]
    values = tuple(value for value, m in eigenvalues.items() for _ in range(m))
    return ExactSpectrum(values, sympy.ImmutableMatrix.hstack(*columns))


def _check_exact(H: sympy.MatrixBase) -> None:
    if not isinstance(H, sympy.MatrixBase):
        raise ValueError(f"H must be a SymPy matrix, not {type(H).__name__}")
    if H.rows != H.cols or not 1 <= H.rows <= 4:
        raise ValueError(f"H must be square with 1 to 4 rows, not of shape {H.shape}")
    if not H.is_symmetric(simplify=False):
        raise ValueError("H must be symmetric")
    if H.has(sympy.Float):
        raise ValueError("H must be exact: write 1/10 as Rational(1, 10), or use spectra.eigh")
    if any(x.is_real is False for x in H) or not all(x.is_real for x in H.free_symbols):
        raise ValueError("H must be real, and so must the symbols in it (real=True)")
    if H.free_symbols and H.rows == 2 and H[0, 1] == 0:
        raise ValueError(
            f"H has the eigenvalues {H[0, 0]} and {H[1, 1]}, which cannot be sorted: replace the "
            "symbols by numbers"
        )
    if H.rows > 2 and not all(entry.is_Rational for entry in H):
        raise ValueError("H must hold integers and fractions only, if it is 3×3 or larger")


def _quadratic_roots(H: sympy.MatrixBase) -> dict:
    """Return {eigenvalue: multiplicity}, descending, of a 2×2 matrix: mean ± half the gap."""
    mean = _simplify((H[0, 0] + H[1, 1]) / 2)
    half_gap = sympy.sqrt(_simplify(((H[0, 0] - H[1, 1]) / 2) ** 2 + H[0, 1] ** 2))
    if half_gap == 0:
        return {mean: 2}
    return {_simplify(mean + half_gap): 1, _simplify(mean - half_gap): 1}


def _roots(H: sympy.MatrixBase) -> dict:
    """Return {eigenvalue: multiplicity}, descending, of a matrix of numbers."""
    if H.rows == 1:
        return {H[0, 0]: 1}
    # An irreducible cubic with three real roots has no real radicals (casus irreducibilis).
    roots = sympy.roots(H.charpoly(LAMBDA), cubics=False, quartics=False)
    if sum(roots.values()) < H.rows or not all(root.is_real for root in roots):
        raise ValueError("the eigenvalues of H have no form in real square roots: use spectra.eigh")
    return dict(sorted(roots.items(), key=lambda item: -item[0].evalf(50)))


def _eigenvectors(
    H: sympy.MatrixBase, value: sympy.Expr, eigenvalues: dict
) -> Iterator[sympy.MatrixBase]:
    """Yield orthonormal eigenvectors of one eigenvalue, as many as its multiplicity."""
    # The projector onto the eigenspace is a polynomial in H: no pivot has to be tested for zero.
    projector = sympy.eye(H.rows)
    for other in eigenvalues:
        if other != value:
            projector *= (H - other * sympy.eye(H.rows)) / (value - other)
    for _ in range(eigenvalues[value]):
        projector = projector.applyfunc(_simplify)
        v = _unit_column(projector)
        yield v
        projector -= v * v.T


def _unit_column(projector: sympy.MatrixBase) -> sympy.MatrixBase:
    """Return a unit vector v in the range, its largest entry positive (of equals the first)."""
    # Column j of v vᵀ is vⱼv, of squared length vⱼ²: take the longest.
    diagonal = list(projector.diagonal())
    if projector.free_symbols:
        j = 0
    else:
        sizes = [float(square) for square in diagonal]
        j = next(j for j, size in enumerate(sizes) if size > (1 - 1e-8) * max(sizes))
    column, square = projector[:, j], diagonal[j]
    if not all(p.is_algebraic for p in column):
        return column / sympy.sqrt(square)
    return column.applyfunc(lambda p: sympy.sign(p) * sympy.sqrt(_simplify(p**2 / square)))


def _simplify(expression: sympy.Expr) -> sympy.Expr:
    # Only what is made of roots and fractions: simplifying all else can take minutes.
    return sympy.radsimp(sympy.expand(expression)) if expression.is_algebraic else expression


def _evaluate(function: Callable[..., Any], w: np.ndarray) -> Any:
    with np.errstate(all="ignore"):  # NaN and infinity are the answer where f is not defined
        return function(*w)


def _names(symbols: Iterable[sympy.Symbol]) -> str:
    return ", ".join(sorted(map(str, symbols)))
