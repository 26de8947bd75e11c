"""Preconditioning: descent in other units, and steps that use the Hessian through its products.

Let P be positive and diagonal. Descent with the step η P⁻¹∇f is plain descent in the units
u = P^(½) w (lesson 02), in which the Hessian is P^(−½) H P^(−½). So λ₁ of that matrix limits the step
size, not λ₁ of H. Here are this operator, the P that Adam uses, a Newton step by conjugate gradients
that says where it met negative curvature, and the Kronecker factors of a layer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.curvature.symmetric_operator import Matrix, Scaled, SymmetricOperator
from course_lib.support import arguments
from course_lib.support.console import Printable


def preconditioned_operator(H: Matrix, P: ArrayLike) -> SymmetricOperator:
    """Return the operator P^(−½) H P^(−½) for a diagonal P: the Hessian in the units u = P^(½) w.

    It is symmetric, and its eigenvalues are those of P⁻¹H. So `eigenpairs.top_eigenpairs` finds the
    largest ones with bounds.

    Parameters
    ----------
    H : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Symmetric.
    P : array_like of shape (n,)
        The diagonal, above 0 everywhere.

    Raises
    ------
    ValueError
        If `H` is not square, or `P` has another length or an entry that is not above 0.

    Examples
    --------
    >>> H = np.array([[4.0, 1.0], [1.0, 100.0]])
    >>> preconditioned_operator(H, [4.0, 100.0]).to_dense()  # its diagonal: ones
    array([[1.  , 0.05], [0.05, 1.  ]])
    """
    H = arguments.square_operator("H", H)
    P = arguments.vector("P", P, H.shape[0])
    if P.min() <= 0:
        raise ValueError(f"P must be above 0 everywhere, but its smallest entry is {P.min():.4g}")
    return Scaled(H, 1 / np.sqrt(P))


def adam_preconditioner(
    square: ArrayLike, epsilon: float = 1e-8, *, beta2: float = 0.0, count: float = np.inf
) -> np.ndarray:
    """Return Adam's P = √(ν/(1 − β₂ᵗ)) + ε, the diagonal by which it divides the mean gradient.

    Parameters
    ----------
    square : array_like of shape (n,)
        ν, the running mean of the squared gradient: ``run.state[1]`` of `adam.adam`.
    epsilon : float
    beta2, count : float
        β₂ and the number of steps t, for the bias correction. Without them there is no correction.

    Raises
    ------
    ValueError
        If `square` has a negative entry, or a number is out of range.

    Examples
    --------
    >>> adam_preconditioner([0.04, 0.0], epsilon=0.1).round(3)
    array([0.3, 0.1])
    """
    square = arguments.vector("square", square)
    if square.min() < 0:
        raise ValueError(f"square must not be negative, but holds {square.min():.4g}")
    epsilon, beta2 = arguments.positive("epsilon", epsilon), arguments.fraction("beta2", beta2)
    return np.sqrt(square / (1 - beta2**count)) + epsilon


def adam_limit(eta: float, beta1: float) -> float:
    """Return the largest λ₁(P⁻¹H) at which Adam is stable: (2 + 2β₁)/((1 − β₁)η).

    This holds for a quadratic and a P that does not change. Adam's move is a running mean of
    gradients with weights that sum to 1. This is heavy ball with the step size (1 − β₁)η, whose
    limit is 2 + 2β₁ divided by the step size.

    References
    ----------
    Cohen et al. 2022, "Adaptive gradient methods at the edge of stability".

    Examples
    --------
    >>> round(adam_limit(0.01, 0.9))
    3800
    """
    eta, beta1 = arguments.positive("eta", eta), arguments.fraction("beta1", beta1)
    return (2 + 2 * beta1) / ((1 - beta1) * eta)


@dataclass(frozen=True, eq=False, repr=False)
class NewtonStep(Printable):
    """A step p that solves H p = −∇f, as far as conjugate gradients went.

    Attributes
    ----------
    step : ndarray of shape (n,)
        It goes downhill: gradient · step < 0.
    residual : float
        ‖H p + ∇f‖/‖∇f‖, with the damping in H.
    num_matvecs : int
    negative : ndarray of shape (n,) or None
        A direction of length 1 along which the damped H does not curve upwards, if one was met. The
        step is then the one found before, and the quadratic model has no minimum.
    """

    step: np.ndarray
    residual: float
    num_matvecs: int
    negative: np.ndarray | None

    def __repr__(self) -> str:
        end = ", stopped at negative curvature" if self.negative is not None else ""
        products = f"{self.num_matvecs} product{'' if self.num_matvecs == 1 else 's'}"
        return f"Newton step: residual {self.residual:.2g} ({products}{end})"


def newton_cg(
    H: Matrix,
    gradient: ArrayLike,
    *,
    damping: float = 0.0,
    rtol: float = 0.1,
    max_matvecs: int = 50,
) -> NewtonStep:
    """Solve (H + damping·I) p = −∇f by conjugate gradients, with one product with H per iteration.

    If a search direction d has dᵀHd ≤ 0, the quadratic model falls for ever along d. The iteration
    then stops with the step it has. If this happens at the first direction, the gradient itself, it
    returns a gradient step, as long as it would be for the curvature −dᵀHd. Newton's method divides
    by the negative eigenvalue, and would climb to the saddle instead.

    Parameters
    ----------
    H : ndarray of shape (n, n) or scipy.sparse.linalg.LinearOperator
        Symmetric.
    gradient : array_like of shape (n,)
        Not zero.
    damping : float
        Not negative. It shortens the step, and most so along small eigenvalues.
    rtol : float
        Stop when the residual is this small, relative to the gradient; from 0 to below 1.
    max_matvecs : int

    Raises
    ------
    ValueError
        If an argument is out of range, or the gradient is zero.

    References
    ----------
    Nocedal & Wright 2006, "Numerical optimization", algorithm 7.1.

    Examples
    --------
    >>> newton = newton_cg(np.diag([1.0, 100.0]), [1.0, 100.0], rtol=1e-10)
    >>> newton.step.round(6), newton.num_matvecs
    (array([-1., -1.]), 2)
    >>> newton_cg(np.diag([1.0, -1.0]), [0.0, 0.1])
    Newton step: residual 2 (1 product, stopped at negative curvature)
    """
    H = arguments.square_operator("H", H)
    g = arguments.vector("gradient", gradient, H.shape[0])
    damping = arguments.non_negative("damping", damping)
    rtol, most = arguments.fraction("rtol", rtol), arguments.count("max_matvecs", max_matvecs)
    size = np.linalg.norm(g)
    if size == 0:
        raise ValueError("gradient must not be zero: there is no step to take")
    p, r, negative, used = np.zeros_like(g), -g, None, 0
    d = r
    while used < most and np.linalg.norm(r) > rtol * size:
        Hd = H @ d + damping * d
        used += 1
        curvature = d @ Hd
        if curvature <= 0:
            negative = d / np.linalg.norm(d)
            if used == 1:
                length = r @ r / -curvature if curvature < 0 else 1.0
                p, r = length * d, r - length * Hd
            break
        length, before = (r @ r) / curvature, r @ r
        p, r = p + length * d, r - length * Hd
        d = r + (r @ r / before) * d
    return NewtonStep(p, float(np.linalg.norm(r) / size), used, negative)


def kronecker_factors(
    inputs: ArrayLike, jacobians: ArrayLike, curvatures: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return A = mean aaᵀ and G = mean JᵀCJ of a dense layer: its Gauss-Newton block is about G ⊗ A.

    The block itself is the mean of the products, mean (JᵀCJ ⊗ aaᵀ). K-FAC takes the product of the
    means. This is exact for one example, or if a and JᵀCJ are independent.

    Parameters
    ----------
    inputs : array_like of shape (n, d)
        a, the input of the layer, with a 1 appended if the layer has a bias.
    jacobians : array_like of shape (n, C, m)
        J, the derivatives of the network's outputs with respect to the m numbers that the layer
        computes, before the activation.
    curvatures : array_like of shape (n, C, C)
        C, the Hessian of each example's loss with respect to the outputs: diag(p) − ppᵀ for
        cross-entropy.

    Returns
    -------
    A : ndarray of shape (d, d)
    G : ndarray of shape (m, m)
        ``np.kron(G, A)`` is for the weights in the order (unit, input).

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Martens & Grosse 2015, "Optimizing neural networks with Kronecker-factored approximate
    curvature".

    Examples
    --------
    >>> A, G = kronecker_factors([[1.0, 2.0]], [[[3.0]]], [[[0.5]]])
    >>> A, G
    (array([[1., 2.], [2., 4.]]), array([[4.5]]))
    """
    a, J, C = (np.asarray(x, float) for x in (inputs, jacobians, curvatures))
    if (
        a.ndim != 2
        or J.shape[:1] != a.shape[:1]
        or J.ndim != 3
        or C.shape != J.shape[:2] + J.shape[1:2]
    ):
        raise ValueError(
            "inputs, jacobians and curvatures must have the shapes (n, d), (n, C, m) and (n, C, C), "
            f"not {a.shape}, {J.shape} and {C.shape}"
        )
    return a.T @ a / len(a), np.einsum("nci,ncd,ndj->ij", J, C, J, optimize=True) / len(a)
