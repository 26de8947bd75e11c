"""The handwritten digits that the lessons train on: loaded, scaled, and paired into a harder task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.support import arguments
from course_lib.support.console import Printable
from course_lib.support.seeds import Seed


@dataclass(frozen=True, eq=False, repr=False)
class Digits(Printable):
    """Images as rows, split into training and test.

    Attributes
    ----------
    X_train, X_test : ndarray of shape (n, 64), (n, 128) for pairs
        Pixels, divided by the root mean square of the training pixels.
    y_train, y_test : ndarray of int, shape (n,)
        Labels 0, …, C − 1.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def __repr__(self) -> str:
        sizes = f"{len(self.y_train)} training and {len(self.y_test)} test images"
        return f"Digits: {sizes} of {self.X_train.shape[1]} pixels"


def digits(
    classes: int | Sequence[int] = 10,
    num_train: int | None = None,
    *,
    centred: bool = True,
    seed: Seed = 0,
) -> Digits:
    """Load 8×8 images of handwritten digits as `Digits`, a fifth of them set aside for testing.

    Parameters
    ----------
    classes : int or sequence of int
        How many digits, counted from 0, or which ones. Label k stands for the k-th of them.
    num_train : int, optional
        Keep this many training images; all by default. The test images stay the same.
    centred : bool
        Subtract the mean training image. This decides whether a spectrum shows outliers, because
        most of them come from the mean of the inputs.
    seed : int or numpy.random.Generator
        It decides how the images are shuffled before the split.

    Raises
    ------
    ValueError
        If there are no such digits, fewer than two, or fewer than `num_train` training images.

    References
    ----------
    Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository; the 1797 images that scikit-learn ships.

    Examples
    --------
    >>> digits(classes=(3, 8), num_train=200, centred=False)
    Digits: 200 training and 71 test images of 64 pixels
    """
    from sklearn.datasets import load_digits  # takes a second to import

    if not isinstance(classes, Iterable):
        classes = range(arguments.count("classes", classes))
    chosen = list(classes)
    if len(chosen) < 2 or len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(10)):
        raise ValueError(f"classes must be 2 to 10, or distinct digits, not {classes!r}")
    X, digit = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(digit, chosen)))
    X, y = X[order] / 16, np.argmax(digit[order, None] == np.array(chosen), axis=1)

    available = len(y) - len(y) // 5
    num_train = available if num_train is None else arguments.count("num_train", num_train)
    if num_train > available:
        raise ValueError(f"num_train must be at most {available}, not {num_train}")
    train, test = slice(num_train), slice(available, None)
    return scaled(X[train], y[train], X[test], y[test], centred=centred)


def scaled(
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
    y_test: np.ndarray,
    *,
    centred: bool = True,
) -> Digits:
    """Return images as `Digits`, in units in which the training pixels have root mean square 1.

    Parameters
    ----------
    X_train, X_test : ndarray of shape (n, d)
    y_train, y_test : ndarray of int, shape (n,)
    centred : bool
        Subtract the mean training image.

    Returns
    -------
    Digits
        The images, minus the mean training image if `centred`, divided by the root mean square that
        the training pixels then have.

    Examples
    --------
    >>> X = np.array([[1.0, 3.0], [3.0, 1.0]])
    >>> scaled(X, np.array([0, 1]), X, np.array([0, 1])).X_train
    array([[-1.,  1.],
           [ 1., -1.]])
    """
    mean = X_train.mean(axis=0) if centred else 0.0
    scale = np.sqrt(np.mean((X_train - mean) ** 2))
    return Digits((X_train - mean) / scale, y_train, (X_test - mean) / scale, y_test)


def digit_pairs(
    num_train: int = 5000, num_test: int = 1000, *, centred: bool = True, seed: Seed = 0
) -> Digits:
    """Make a harder task from the digits: two of them side by side, one class for each pair.

    The 8×16 images have 100 classes, 10·left + right. Training pairs are drawn from training
    digits, test pairs from the others, so no half of a test image was seen in training.

    Parameters
    ----------
    num_train, num_test : int
        How many pairs, drawn with replacement.
    centred : bool
        Subtract the mean training image.
    seed : int or numpy.random.Generator

    Returns
    -------
    Digits
        Rows of 128 pixels, scaled as in `digits`.

    Examples
    --------
    >>> digit_pairs(300, 100)
    Digits: 300 training and 100 test images of 128 pixels
    """
    num_train = arguments.count("num_train", num_train)
    num_test = arguments.count("num_test", num_test)
    rng = np.random.default_rng(seed)
    single = digits(centred=False, seed=rng)

    def pairs(X: np.ndarray, y: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
        left, right = rng.integers(len(y), size=(2, m))
        halves = X[left].reshape(-1, 8, 8), X[right].reshape(-1, 8, 8)
        return np.concatenate(halves, axis=2).reshape(m, 128), 10 * y[left] + y[right]

    train = pairs(single.X_train, single.y_train, num_train)
    return scaled(*train, *pairs(single.X_test, single.y_test, num_test), centred=centred)
