"""The Hessian of a loss as an operator: products with vectors, never the matrix.

A Hessian-vector product costs one or two gradients (Pearlmutter 1994), so a network whose Hessian
has 10¹⁰ entries can still be asked for its eigenvalues.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib import checks

# Several products at once gain up to 1.8 times on small data and nothing once examples × units ×
# columns exceeds about 4·10⁵ doubles, the cache; from there on each column only takes memory. The
# linearization stores about 6 doubles for every example and unit, so its size tells the block.
STORED_DOUBLES = 6 * 400_000
MAX_BLOCK = 16


def hessian_operator(f, w, *data, allow_float32=False):
    """Return the Hessian of f(·, *data) at `w` as a SciPy LinearOperator.

    The gradient is linearized once; each product then repeats no forward pass and costs about as
    much as a gradient (0.5 to 2.3 of one, measured: most for wide layers). Pass data as arguments
    rather than let `f` close over them: closed-over data become constants of the compiled code,
    slow to compile and copied to every device.

    Parameters
    ----------
    f : callable
        A JAX-traceable function f(w, *data) → scalar; twice differentiable at `w`. The same
        function with data of the same shapes is compiled once.
    w : array_like of shape (P,)
        The point.
    *data : array_like
        What `f` takes besides `w`.
    allow_float32 : bool
        Accept single precision, where rounding hides eigenvalues below about 1e-7 λ₁.

    Returns
    -------
    HessianOperator
        In the units of f per squared unit of w: a mean over examples stays a mean.

    Raises
    ------
    ValueError
        If `w` is not a finite vector, `f` does not return one number, the loss or its gradient is
        not finite at `w`, or JAX computes in float32 and `allow_float32` does not say so.

    References
    ----------
    Pearlmutter 1994, "Fast exact multiplication by the Hessian".

    Examples
    --------
    >>> jax.config.update("jax_enable_x64", True)
    >>> H = hessian_operator(lambda w: 2 * w[0]**2 + 8 * w[1]**2 + 4 * w[0] * w[1], [1.0, 1.0])
    >>> H @ np.array([1.0, 0.0])
    array([4., 4.])
    >>> H.num_matvecs
    1
    """
    return HessianOperator(f, w, data, allow_float32)


class HessianOperator(LinearOperator):
    """A symmetric (P, P) operator that counts its products; make one with `hessian_operator`.

    Attributes
    ----------
    loss : float
        f at the point.
    gradient : ndarray of shape (P,)
        ∇f at the point.
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(self, f, w, data, allow_float32):
        checks.vector("w", w)
        dtype = jnp.result_type(float, np.asarray(w))  # float32 also where JAX's float64 is off
        if dtype != jnp.float64 and not allow_float32:
            raise ValueError(
                f"w must be float64, but JAX would compute in {dtype}: call course_lib.setup() "
                "first, or pass allow_float32=True if it is meant"
            )
        gradient, self._product, loss = _linearize(f, jnp.asarray(w, dtype), *data)
        if not (jnp.isfinite(loss) and jnp.isfinite(gradient).all()):
            raise ValueError(f"f must be finite at w with a finite gradient, but f(w) = {loss:.6g}")
        super().__init__(dtype, (gradient.size, gradient.size))
        self.loss = float(loss)
        self.gradient = np.array(gradient)
        self.num_matvecs = 0
        stored = sum(leaf.size for leaf in jax.tree.leaves(self._product))
        self._block = int(np.clip(STORED_DOUBLES // max(stored, 1), 1, MAX_BLOCK))

    def to_dense(self):
        """Return the Hessian as an ndarray of shape (P, P), at the cost of P products."""
        return self @ np.eye(self.shape[0])

    def _matvec(self, v):
        self.num_matvecs += 1
        return np.array(_multiply(self._product, self._real(v).ravel()))

    def _matmat(self, V):
        self.num_matvecs += V.shape[1]
        V = self._real(V)
        whole = V.shape[1] - V.shape[1] % self._block
        # Blocks of one width and single columns: two compiled functions, however many columns.
        blocks = [V[:, i : i + self._block] for i in range(0, whole, self._block)]
        columns = [_multiply(self._product, v)[:, None] for v in V[:, whole:].T]
        return np.hstack([_multiply_block(self._product, B) for B in blocks] + columns)

    def _adjoint(self):
        return self

    def _transpose(self):
        return self

    def _real(self, v):
        return np.asarray(v).astype(self.dtype, casting="same_kind")  # refuses complex numbers


@partial(jax.jit, static_argnums=0)
def _linearize(f, w, *data):
    def scalar(u):
        value = f(u, *data)
        shapes = [jnp.shape(part) for part in jax.tree.leaves(value)]
        if shapes != [()]:
            found = (
                f"an array of shape {shapes[0]}" if len(shapes) == 1 else f"{len(shapes)} values"
            )
            raise ValueError(f"f must return one number, not {found}")
        return value

    def gradient_and_loss(u):
        loss, gradient = jax.value_and_grad(scalar)(u)
        return gradient, loss

    return jax.linearize(gradient_and_loss, w, has_aux=True)


@jax.jit
def _multiply(product, v):
    return product(v)


@jax.jit
def _multiply_block(product, V):
    return jax.vmap(product, in_axes=1, out_axes=1)(V)
