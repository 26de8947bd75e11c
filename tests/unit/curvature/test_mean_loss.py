"""A mean stays a mean whatever its scale; what is neither a mean nor a sum is called unknown."""

import numpy as np
import pytest

from course_lib.curvature.mean_loss import kind_of_loss

X = np.random.default_rng(0).standard_normal(501) ** 2


def refuses_fewer(x):
    if len(x) < len(X):
        raise ValueError("X must have 501 rows")
    return x.mean()


@pytest.mark.parametrize(
    ("f", "kind"),
    [
        (np.mean, "mean"),
        (lambda x: 501 * x.mean() + 3, "mean"),
        (lambda x: 0.0, "mean"),
        (lambda x: np.nan, "mean"),  # what is wrong with it is said elsewhere
        (np.sum, "sum"),
        (lambda x: x.sum() + 3, "unknown"),
        (lambda x: np.sqrt(x.mean()), "unknown"),
        (refuses_fewer, "unknown"),
        (lambda x: 1 / 0, "unknown"),
    ],
)
def test_the_kind_of_a_loss(f, kind):
    assert kind_of_loss(lambda rows: f(X[rows]), len(X), 1e-8) == kind


def test_one_row_tells_nothing():
    assert kind_of_loss(lambda rows: X[rows].mean(), 1, 1e-8) == "unknown"


@pytest.mark.parametrize("empty", [slice(0, 200), slice(150, 501), slice(0, 450)])
@pytest.mark.parametrize(("f", "kind"), [(np.mean, "mean"), (np.sum, "sum")])
def test_rows_without_a_weight_tell_nothing(f, kind, empty):
    x = X.copy()
    x[empty] = 0
    found = kind_of_loss(lambda rows: f(x[rows]), len(x), 1e-8)
    assert found == kind or (
        found == "mean" and not x[[*range(100), *range(200, 300), *range(401, 501)]].any()
    )
