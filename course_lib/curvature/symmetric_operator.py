"""A symmetric matrix that can only be multiplied, and that counts its products; and its blocks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike
from scipy.sparse.linalg import LinearOperator

from course_lib.support.console import Printable

Matrix = ArrayLike | LinearOperator  # square; of an operator only products are used


class SymmetricOperator(Printable, LinearOperator):
    """A real symmetric (P, P) operator that counts its products.

    A subclass defines in ``_multiply(V)`` how a (P, k) array is multiplied.

    Attributes
    ----------
    num_matvecs : int
        Products so far; a product with k columns counts k.
    held_fixed : tuple of str
        What the model holds besides parameters, such as integers.
    """

    held_fixed: tuple[str, ...] = ()
    keeps_vectors = True  # `arguments.square_operator` need not copy them

    def __init__(self, dtype: DTypeLike, size: int) -> None:
        super().__init__(dtype, (size, size))
        self.num_matvecs = 0

    def to_dense(self) -> np.ndarray:
        """Return the matrix as an ndarray of shape (P, P), at the cost of P products."""
        return self @ np.eye(self.shape[0], dtype=self.dtype)

    def block(self, rows: slice | Sequence[int] | np.ndarray) -> "SymmetricOperator":
        """Return the diagonal block of these parameters as an operator; the other parameters stay at 0.

        Each of its products costs one product of the whole operator. For the parameters of a layer,
        take their places in ``network.unpack(np.arange(P))``.

        Parameters
        ----------
        rows : slice, sequence of int, or boolean mask of length P
            The parameters, in their order in the block.

        Raises
        ------
        ValueError
            If `rows` names no parameter, one that does not exist, or one twice.

        Examples
        --------
        >>> import jax
        >>> from course_lib.curvature.operators import hessian_operator
        >>> jax.config.update("jax_enable_x64", True)
        >>> H = hessian_operator(lambda w: w[0] * w[1] + 3 * w[2] ** 2, [1.0, 1.0, 1.0])
        >>> H.block([2, 0]).to_dense()
        array([[6., 0.], [0., 0.]])
        """
        return _Block(self, rows)

    @property
    def remarks(self) -> str:
        """What a reader must know about how it was measured; empty if there is nothing to say."""
        held = ", ".join(self.held_fixed[:3])
        if len(self.held_fixed) > 3:
            held += f" and {len(self.held_fixed) - 3} more"
        return held and f"held fixed: {held}"

    def __repr__(self) -> str:
        name, size, products = type(self).__name__.lstrip("_"), self.shape[0], self.num_matvecs
        plural = "" if products == 1 else "s"
        return f"{name}: {size} × {size}{self._details()}, {products} product{plural} so far"

    def _details(self) -> str:
        return ""

    def _matvec(self, v: np.ndarray) -> np.ndarray:
        return self._matmat(v.reshape(-1, 1)).ravel()

    def _matmat(self, V: np.ndarray) -> np.ndarray:
        V = np.asarray(V).astype(self.dtype, casting="same_kind", copy=False)  # no complex numbers
        self.num_matvecs += V.shape[1]
        return self._multiply(V)

    def _adjoint(self) -> "SymmetricOperator":
        return self

    def _transpose(self) -> "SymmetricOperator":
        return self


class Scaled(SymmetricOperator):
    """D A D for a diagonal D; each of its products costs one product with A.

    Parameters
    ----------
    A : scipy.sparse.linalg.LinearOperator
        Symmetric.
    D : ndarray of shape (n,)

    Examples
    --------
    >>> from scipy.sparse.linalg import aslinearoperator
    >>> Scaled(aslinearoperator(np.array([[1.0, 2.0], [2.0, 8.0]])), np.array([1.0, 0.5])).to_dense()
    array([[1., 1.], [1., 2.]])
    """

    def __init__(self, A: LinearOperator, D: np.ndarray) -> None:
        single = A.dtype == np.float32  # then so are its products, however they are scaled
        super().__init__(np.dtype(np.float32 if single else float), D.size)
        self._A, self._D = A, D[:, None]

    def _multiply(self, V: np.ndarray) -> np.ndarray:
        return (self._D * (self._A @ (self._D * V))).astype(self.dtype)


class _Block(SymmetricOperator):
    def __init__(self, whole: SymmetricOperator, rows: slice | Sequence[int] | np.ndarray) -> None:
        size = whole.shape[0]
        try:
            self._rows = np.arange(size)[rows]
        except IndexError as error:
            raise ValueError(f"rows must name some of the {size} parameters: {error}") from None
        if self._rows.ndim != 1 or self._rows.size == 0:
            raise ValueError(f"rows must name at least one parameter, not {rows!r}")
        if np.unique(self._rows).size < self._rows.size:
            raise ValueError("rows must name each parameter once, not twice")
        super().__init__(whole.dtype, self._rows.size)
        self._whole = whole

    def _multiply(self, V: np.ndarray) -> np.ndarray:
        padded = np.zeros((self._whole.shape[0], V.shape[1]), self.dtype)
        padded[self._rows] = V
        return (self._whole @ padded)[self._rows]
