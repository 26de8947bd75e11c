"""Matrices of known spectra, and one that counts its products and can be stopped by hand."""

import numpy as np
from scipy.sparse.linalg import LinearOperator


def with_spectrum(eigenvalues, seed=0):
    n = len(eigenvalues)
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    A = (Q * eigenvalues) @ Q.T
    return (A + A.T) / 2


def semicircle(n, seed=0):
    G = np.random.default_rng(seed).standard_normal((n, n))
    return (G + G.T) / np.sqrt(2 * n)  # indefinite, edge ±2


def outlier_matrix():
    return with_spectrum(np.r_[np.linspace(-1, 0.9, 399), 10.0])


def second_difference(n):
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)


class Counting(LinearOperator):
    """A that counts its products, and is stopped by hand at product number `stop_at`."""

    def __init__(self, A, stop_at=np.inf, dtype=float):
        super().__init__(dtype, A.shape)
        self.A, self.products, self.stop_at = A, 0, stop_at

    def _matvec(self, v):
        self.products += 1
        if self.products >= self.stop_at:
            raise KeyboardInterrupt
        return (self.A @ v).astype(self.dtype)
