"""Arguments checked once, with messages that name the argument and say what was expected.

Each function returns its argument in one known form. If that is not possible, it raises a
`ValueError`.
"""

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

# Kinds of types that NumPy casts to float without a warning: complex numbers lose their imaginary
# part, text is read as a number, and times lose their unit.
NOT_REAL = "cSUmM"
# The entries of a product, which are squared and added up, may reach this size. 1/LARGEST is the
# smallest that they may have.
LARGEST = 1e140


def symmetric_matrix(name: str, A: ArrayLike, rtol: float = 1e-10) -> np.ndarray:
    """Return `A` as a float64 array of shape (n, n), n ≥ 1.

    Raises
    ------
    ValueError
        If `A` is not square, is empty, holds NaN or infinity, or differs from its transpose by
        more than `rtol` of its largest entry. The message says by how much.

    Examples
    --------
    >>> symmetric_matrix("H", [[4, 4], [5, 16]])
    Traceback (most recent call last):
    ...
    ValueError: H must be symmetric: H[0, 1] = 4 but H[1, 0] = 5 ...
    """
    A = _real(name, A)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or A.size == 0:
        raise ValueError(f"{name} must be a square matrix, not of shape {A.shape}")
    difference = np.abs(A - A.T)
    if difference.max() > rtol * np.abs(A).max():
        i, j = np.unravel_index(difference.argmax(), A.shape)
        raise ValueError(
            f"{name} must be symmetric: {name}[{i}, {j}] = {A[i, j]:.6g} but "
            f"{name}[{j}, {i}] = {A[j, i]:.6g} (if rounding is the cause, pass ({name} + {name}.T)/2)"
        )
    return A


def square_operator(name: str, A: Any) -> "LinearOperator":
    """Return `A` as a LinearOperator of shape (n, n), n ≥ 1.

    `A` is a LinearOperator, a sparse matrix, or anything that `array` reads. A sparse matrix stays
    sparse.

    Raises
    ------
    ValueError
        If `A` is of another type, is not square, is empty, or does not hold real numbers.
    """
    from scipy.sparse import issparse  # takes longer to import than everything else here
    from scipy.sparse.linalg import LinearOperator, aslinearoperator

    if isinstance(A, LinearOperator) and not getattr(A, "keeps_vectors", False):
        A = _careful(A)
    if not isinstance(A, LinearOperator) and not issparse(A):
        if not (isinstance(A, list | tuple) or hasattr(A, "__array__") or of_torch(A)):
            raise ValueError(f"{name} must be an array or a LinearOperator, not {type(A).__name__}")
        A = array(name, A)
        if A.ndim != 2:
            raise ValueError(f"{name} must be a square matrix, not of shape {A.shape}")
        if A.dtype.kind == "f" and A.dtype.itemsize < 4:
            A = A.astype(float)
    A = aslinearoperator(A)
    if A.shape[0] != A.shape[1] or A.shape[0] == 0:
        raise ValueError(f"{name} must be a square matrix, not of shape {A.shape}")
    if A.dtype is not None and A.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers only, not {A.dtype}")
    return A


def _careful(A: "LinearOperator") -> "LinearOperator":
    """Return an operator that gets copies, because it may write to them, and that gives copies."""
    from scipy.sparse.linalg import LinearOperator

    class Careful(LinearOperator):
        keeps_vectors = True

        def __getattr__(self, name: str) -> Any:
            return getattr(A, name)

        def _matvec(self, v: np.ndarray) -> np.ndarray:
            return np.array(A.matvec(v.copy()))

        def _matmat(self, V: np.ndarray) -> np.ndarray:
            if multiplies_blocks:
                return np.array(A.matmat(V.copy(order="F")))
            return np.stack([np.array(A.matvec(v.copy())) for v in V.T], axis=1)

    # SciPy would collect the columns before it copies them. What it was given is not public.
    plain = type(LinearOperator((1, 1), matvec=np.copy, dtype=float))
    given = getattr(A, "_CustomLinearOperator__matmat_impl", None)
    own = type(A)._matmat is not LinearOperator._matmat
    multiplies_blocks = given is not None if isinstance(A, plain) else own
    return Careful(A.dtype, A.shape)


def product_in_range(name: str, u: np.ndarray, scale: float = 0.0) -> None:
    """Check that a product of a matrix is finite, and that its squares are neither 0 nor infinite.

    Parameters
    ----------
    name : str
        The name of the matrix, for the message.
    u : ndarray
        The product.
    scale : float
        The length of another product. Beside one of ordinary length, a tiny product counts as 0.

    Raises
    ------
    ValueError
        If the product is not finite, or is so large or so small that its squares are lost.

    Examples
    --------
    >>> product_in_range("A", np.array([3.0, 1e-200]))
    >>> product_in_range("A", np.array([1e-200]))
    Traceback (most recent call last):
    ...
    ValueError: A must be scaled: products of size 1e-200 have squares that no float can hold; ...
    """
    largest = float(np.abs(u).max(initial=0.0))
    if not np.isfinite(largest):
        raise ValueError(f"{name} must be finite, but its products hold NaN or infinity")
    if largest > LARGEST or 0 < max(largest, scale) < 1 / LARGEST:
        raise ValueError(
            f"{name} must be scaled: products of size {largest:.3g} have squares that no float can "
            "hold; multiply it by a number that brings them near 1"
        )


def array(name: str, x: Any) -> np.ndarray:
    """Return the numbers of an array, a list, a DataFrame or a tensor unchanged, as an ndarray.

    Raises
    ------
    ValueError
        If `x` holds text, times, or objects, has masked entries, is sparse, or is a list whose rows
        differ in length. The message says what to give instead.

    Examples
    --------
    >>> array("y", ["cat", "dog"])
    Traceback (most recent call last):
    ...
    ValueError: y must hold numbers, not text: turn labels into numbers with np.unique(...)[1]
    """
    if isinstance(x, np.ma.MaskedArray):
        raise ValueError(f"{name} must not be masked: fill the masked entries, or drop them")
    if hasattr(x, "toarray"):
        raise ValueError(f"{name} must not be sparse: convert it with its method toarray()")
    try:
        x = np.asarray(x.detach().cpu() if of_torch(x) else x)
    except ValueError:
        raise ValueError(f"{name} must not have rows of different lengths: pad them") from None
    except (TypeError, RuntimeError) as error:  # tensors in bfloat16, quantized or sparse
        raise ValueError(
            f"{name} cannot be read as an array ({error}): convert it to a NumPy array"
        ) from None
    if x.dtype.kind in "OSTU" and any(isinstance(entry, str | bytes) for entry in x.flat):
        raise ValueError(
            f"{name} must hold numbers, not text: turn labels into numbers with "
            "np.unique(..., return_inverse=True)[1]"
        )
    if x.dtype.kind in "OmMST" or x.dtype.names:
        raise ValueError(f"{name} must hold numbers, not {x.dtype}: convert it with .astype(float)")
    return x


def of_torch(x: Any) -> bool:
    """Return whether `x` is an object of PyTorch, which need not be installed."""
    return any(kind.__module__.partition(".")[0] == "torch" for kind in type(x).__mro__)


def vector(name: str, v: ArrayLike, length: int | None = None) -> np.ndarray:
    """Return `v` as a finite float64 array of shape (length,); of any length ≥ 1 if None."""
    v = _real(name, v)
    if v.ndim != 1 or v.size == 0:
        raise ValueError(f"{name} must be a vector, not of shape {v.shape}")
    if length is not None and v.size != length:
        raise ValueError(f"{name} must have {length} entries, not {v.size}")
    return v


def numbers(name: str, x: Any) -> np.ndarray:
    """Return `x` as a finite float64 array of any shape; 0-dimensional for one number.

    Examples
    --------
    >>> numbers("eta", [0.1, float("nan")])
    Traceback (most recent call last):
    ...
    ValueError: eta must be finite, but holds NaN or infinity
    """
    return _real(name, x)


def positive(name: str, x: Any) -> float:
    """Return `x` as a float that is finite and above 0."""
    x = number(name, x)
    if x <= 0:
        raise ValueError(f"{name} must be positive, not {x:.6g}")
    return x


def non_negative(name: str, x: Any) -> float:
    """Return `x` as a float that is finite and 0 or more."""
    x = number(name, x)
    if x < 0:
        raise ValueError(f"{name} must not be negative, but is {x:.6g}")
    return x


def fraction(name: str, x: Any) -> float:
    """Return `x` as a float from 0 to below 1, such as a momentum."""
    x = number(name, x)
    if not 0 <= x < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, not {x:.6g}")
    return x


def number(name: str, x: Any) -> float:
    """Return `x` as a finite float."""
    x = _real(name, x)
    if x.ndim:
        raise ValueError(f"{name} must be one number, not an array of shape {x.shape}")
    return float(x)


def count(name: str, m: Any, at_least: int = 1) -> int:
    """Return `m` as an int, `at_least` or more."""
    try:
        m = int(operator.index(m))  # True is 1
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {_shown(m)}") from None
    if m < at_least:
        raise ValueError(f"{name} must be at least {at_least}, not {m}")
    return m


def choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """Return `value` if it is one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        known = ", ".join(map(repr, allowed))
        raise ValueError(f"{name} must be one of {known}, not {_shown(value)}")
    return value


def _real(name: str, x: Any) -> np.ndarray:
    if isinstance(x, np.ma.MaskedArray) and np.ma.is_masked(x):
        raise ValueError(f"{name} must not be masked: fill the masked entries, or drop them")
    try:
        array = np.asarray(x)
        if array.dtype.kind in NOT_REAL:
            raise TypeError
        with np.errstate(over="ignore"):  # a number too large for a float is reported below
            x = array.astype(float, copy=False)
    except Exception:  # reading an object as numbers may raise anything
        raise ValueError(f"{name} must hold real numbers only, not {_shown(x)}") from None
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return x


def _shown(x: Any) -> str:
    try:
        return f"{x!r:.80}"
    except Exception:  # showing an object may raise anything, too: try 10**5000
        return f"an object of type {type(x).__name__}"
