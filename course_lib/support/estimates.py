"""Estimates with their error: the mean of samples, and how far it may be off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from course_lib.support import arguments
from course_lib.support.console import Printable


@dataclass(frozen=True, eq=False, repr=False)
class Estimate(Printable):
    """The mean of samples and its standard error, which also unpacks as (estimate, stderr).

    Attributes
    ----------
    estimate : float or ndarray of shape (...)
        The mean of `samples`.
    stderr : float or ndarray of shape (...)
        Its standard error, std(samples)/√m. It is NaN for one sample, which has no spread.
    samples : ndarray of shape (..., m)
        Estimates that are independent, or nearly so.

    Examples
    --------
    >>> Estimate.of([3.0, 4.0, 5.0])
    4 ± 0.58 (s.e.)
    """

    estimate: Any
    stderr: Any
    samples: np.ndarray

    @classmethod
    def of(cls, samples: ArrayLike, *more: Any, inflation: float = 1.0, **others: Any) -> Self:
        """Make an estimate from samples.

        Parameters
        ----------
        samples : array_like of shape (..., m)
        inflation : float
            The standard error is multiplied by this factor. Use it if the samples depend on one
            another.
        *more, **others
            Further fields of a class that derives from this one.
        """
        samples = np.asarray(samples)
        m, mean = samples.shape[-1], samples.mean(axis=-1)
        spread = samples.std(axis=-1, ddof=1) if m > 1 else mean * np.nan
        stderr = inflation * (spread / np.sqrt(m))
        if samples.ndim == 1:
            mean, stderr = float(mean), float(stderr)
        return cls(mean, stderr, samples, *more, **others)

    def interval(self, level: float = 0.95) -> tuple[Any, Any]:
        """Return the confidence interval (low, high) by Student's t with m − 1 degrees of freedom.

        The interval is exact for independent Gaussian samples.

        Parameters
        ----------
        level : float
            The wanted coverage, between 0 and 1.

        Raises
        ------
        ValueError
            If `level` is not between 0 and 1.

        Examples
        --------
        >>> low, high = Estimate.of([3.0, 4.0, 5.0]).interval(0.95)
        >>> round(low, 2), round(high, 2)
        (1.52, 6.48)
        """
        half = half_width(self.stderr, self.samples.shape[-1], level)
        return self.estimate - half, self.estimate + half

    def __iter__(self) -> Iterator[Any]:
        return iter((self.estimate, self.stderr))

    def __repr__(self) -> str:
        if np.ndim(self.estimate):
            return f"{np.shape(self.estimate)} estimates of {self.samples.shape[-1]} samples each"
        return f"{self.estimate:.6g} ± {self.stderr:.2g} (s.e.)"


def half_width(stderr: Any, num_samples: int, level: float) -> Any:
    """Return half the width of Student's t interval around the mean of `num_samples` samples.

    Raises
    ------
    ValueError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> round(half_width(1.0, 60, 0.95), 3)
    2.001
    """
    level = arguments.positive("level", level)
    if level >= 1:
        raise ValueError(f"level must be between 0 and 1, such as 0.95, not {level:.6g}")
    half = stdtrit(num_samples - 1, (1 + level) / 2) * stderr
    return half if np.ndim(half) else float(half)
