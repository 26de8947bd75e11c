"""One place where a seed becomes random numbers that nobody else draws."""

import numpy as np

Seed = int | np.random.Generator


def stream(seed: Seed) -> np.random.Generator:
    """Return a `numpy.random.Generator` with a stream of its own.

    Otherwise a Gaussian vector with the same seed would repeat the very numbers from which a
    network's weights, or a random matrix, were drawn.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        A generator gives a new stream at each call.

    Examples
    --------
    >>> weights = np.random.default_rng(0).standard_normal(9)
    >>> bool((stream(0).standard_normal(9) == weights).any())
    False
    """
    return np.random.default_rng(seed).spawn(1)[0]
