"""The lesson's own network, trained once, with its exact Hessians: shared by claims and figures."""

from dataclasses import dataclass

import jax
import numpy as np

from course_lib.curvature import spectral_shape as ns
from course_lib.support.caching import remember

EPOCHS = (0, 1, 3, 30)


@dataclass(frozen=True, eq=False)
class Decomposed:
    """A Hessian, its Gauss-Newton part and its decomposition.

    Attributes
    ----------
    H, G : ndarray of shape (P, P)
    eigenvalues : ndarray of shape (P,)
        Of H, descending.
    eigenvectors : ndarray of shape (P, P)
        Columns in their order.
    """

    H: np.ndarray
    G: np.ndarray
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray


@remember()
def trained(centred=False, seed=0):
    """Train 64-16-10 with ReLU on 1000 digits; see `spectral_shape.train_on_digits`."""
    return ns.train_on_digits(10, 16, "relu", centred=centred, epochs=EPOCHS, seed=seed)


@remember()
def decomposed(epoch, centred=False, seed=0):
    """Return the exact Hessian of `trained` at an epoch, taken apart; a second's work."""
    run = trained(centred, seed)
    identity = np.eye(run.network.num_params)
    H, G = run.hessian(epoch) @ identity, run.gauss_newton(epoch) @ identity
    H, G = (H + H.T) / 2, (G + G.T) / 2
    eigenvalues, eigenvectors = np.linalg.eigh(H)
    return Decomposed(H, G, eigenvalues[::-1], eigenvectors[:, ::-1])


def class_mean_jacobians(run, epoch):
    """Return the C² means over each class of the gradients of each logit, as columns (P, C²)."""
    w = run.points[epoch]
    classes = run.network.num_outputs
    # A row a class: which share each example has in the mean.
    shares = (run.y == np.arange(classes)[:, None]) / np.bincount(run.y)[:, None]

    @jax.jit
    def jacobian(u, X):
        return jax.jacrev(lambda u: shares @ run.network.apply(u, X))(u)  # (class, logit, P)

    return np.asarray(jacobian(w, run.X)).reshape(classes**2, -1).T


def mean_share(run, epoch):
    """Return which share of the logits' gradients is their mean, ‖mean J‖² / mean ‖J‖².

    J, of shape (C, P), holds the gradients of one example's logits; the mean is over the examples.
    """

    @jax.jit
    def share(u, X):
        def gradients(x):
            return jax.jacrev(lambda u: run.network.apply(u, x[None])[0])(u)

        J = jax.vmap(gradients)(X)  # (example, logit, P)
        return (J.mean(axis=0) ** 2).sum() / (J**2).sum(axis=(1, 2)).mean()

    return float(share(run.points[epoch], run.X))


def descend(epoch, centred=False, seed=0, steps=50, eta=0.05, k=9):
    """Go on from an epoch: full-batch steps with ∇f, with its part in the top k, with the rest.

    Returns
    -------
    tuple of float
        The share of ‖∇f‖² in the span of the top k eigenvectors; then which share of the decrease
        that all of ∇f achieves is achieved by its part in that span only, and by the rest only.
        The span is that of the start and stays fixed.
    """
    run, V = trained(centred, seed), decomposed(epoch, centred, seed).eigenvectors[:, :k]
    start = run.points[epoch]
    slope = jax.grad(run.loss)

    @jax.jit
    def walk(w, X, y, inside, outside):
        def step(_, w):
            g = slope(w, X, y)
            along = V @ (V.T @ g)
            return w - eta * (inside * along + outside * (g - along))

        return run.loss(jax.lax.fori_loop(0, steps, step, w), X, y)

    loss = float(run.loss(start, run.X, run.y))
    whole, few, many = (
        loss - float(walk(start, run.X, run.y, *part)) for part in ((1, 1), (1, 0), (0, 1))
    )
    g = np.asarray(slope(start, run.X, run.y))
    return float(((V.T @ g) ** 2).sum() / (g @ g)), few / whole, many / whole


MEASURES = (
    "loss", "lambda_1", "gap", "near zero", "zero", "negative", "rest of H", "Gauss-Newton overlap",
    "class-mean overlap", "gradient share", "descent, top", "descent, rest",
)  # fmt: skip


@remember()
def measure(epoch, centred=False, seed=0, k=9):
    """Return what the claims are about, one number for each name in `MEASURES`."""
    run, d = trained(centred, seed), decomposed(epoch, centred, seed)
    lam, V = d.eigenvalues, d.eigenvectors[:, :k]
    size = np.abs(lam) / np.abs(lam).max()
    top_of_G = np.linalg.eigh(d.G)[1][:, ::-1][:, :k]
    values = (
        float(run.loss(run.points[epoch], run.X, run.y)),
        lam[0],
        ns.largest_gap(lam)[0],
        np.mean(np.abs(lam) < 0.01 * lam[0]),
        np.mean(size <= ns.ROUNDING),
        np.mean((lam < 0) & (size > ns.ROUNDING)),
        np.linalg.norm(d.H - d.G) / np.linalg.norm(d.H),
        ns.subspace_overlap(V, top_of_G),
        ns.subspace_overlap(V, class_mean_jacobians(run, epoch)),
        *descend(epoch, centred, seed),
    )
    return dict(zip(MEASURES, map(float, values), strict=True))
