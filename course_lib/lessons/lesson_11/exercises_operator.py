"""The exercise of lesson 11 in code: bring an operator of your own."""

import tracemalloc

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.teaching import Code, Exercise, Misconception, Unreadable

_X = np.random.default_rng(8).standard_normal((7, 5))
# Tall enough for XᵀX to be seen in memory, 32 MB, and small enough not to hurt anybody.
_WIDE = np.random.default_rng(9).standard_normal((5, 2000))
_MUS = (0.3, 1.7)
_SPARE = 8e6


class _Operator(Code):
    """A function that returns a LinearOperator; read by its products and by its thrift."""

    def read(self, function):
        """Return [its matrix for each mu, a product with a wide X, 0 or 1 for the memory taken]."""
        if not callable(function):
            raise Unreadable(f"Expected: the function {self.name} itself, without brackets.")
        if (first := self._called(function, _X.copy(), _MUS[0])) is None or first is ...:
            return super().read(function)  # not attempted
        found = []
        for mu in _MUS:
            small = self._operator(function, _X, mu)
            found.append(np.array([self._called(small.matvec, e) for e in np.eye(5)], float).T)
        tracemalloc.start()
        try:
            wide = self._operator(function, _WIDE, _MUS[0])
            found.append(np.asarray(self._called(wide.matvec, np.ones(2000)), float))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        return [*found, np.array(float(peak > _SPARE))]

    def _operator(self, function, X, mu):
        found, p = self._called(function, X.copy(), mu), X.shape[1]
        if not isinstance(found, LinearOperator):
            raise Unreadable(
                f"Expected: a SciPy LinearOperator; {self.name} returned {type(found).__name__}."
            )
        if found.shape != (p, p):
            raise Unreadable(
                f"For X of shape {X.shape} there are {p} weights, so the operator is {p} × {p}; yours is "
                f"{found.shape[0]} × {found.shape[1]}."
            )
        return found

    def _called(self, function, *arguments):
        try:
            return function(*arguments)
        except Exception as error:
            raise Unreadable(
                f"{self.name} or its product stopped with {type(error).__name__}: {error}."
            ) from None


def _ridge(X, mu):
    n, p = X.shape

    def multiply(v):
        return X.T @ (X @ v) / n + mu * v

    return LinearOperator((p, p), matvec=multiply, dtype=float)


def _sum(X, mu):
    p = X.shape[1]
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) + mu * v, dtype=float)


def _no_penalty(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n, dtype=float)


def _forms_the_matrix(X, mu):
    n, p = X.shape
    H = X.T @ X / n
    return LinearOperator((p, p), matvec=lambda v: H @ v + mu * v, dtype=float)


def _divides_the_penalty(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: (X.T @ (X @ v) + mu * v) / n, dtype=float)


def _doubles(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: 2 * X.T @ (X @ v) / n + 2 * mu * v, dtype=float)


def _divides_by_p(X, mu):
    p = X.shape[1]
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / p + mu * v, dtype=float)


def _halves_the_data(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / (2 * n) + mu * v, dtype=float)


def _squares_mu(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n + mu**2 * v, dtype=float)


def _loses_mu(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n + v, dtype=float)


def _adds_mu(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n + mu, dtype=float)


def _halves_the_penalty(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n + mu / 2 * v, dtype=float)


_OPERATOR = _Operator("ridge_operator", ())


def _halves_everything(X, mu):
    n, p = X.shape
    return LinearOperator(
        (p, p), matvec=lambda v: X.T @ (X @ v) / (2 * n) + mu / 2 * v, dtype=float
    )


def _subtracts_the_penalty(X, mu):
    n, p = X.shape
    return LinearOperator((p, p), matvec=lambda v: X.T @ (X @ v) / n - mu * v, dtype=float)


def _centres(X, mu):
    n, p = X.shape
    Z = X - X.mean(axis=0)
    return LinearOperator((p, p), matvec=lambda v: Z.T @ (Z @ v) / n + mu * v, dtype=float)


def _same_products(wrong):
    """Return the test for the products of a wrong operator, however much memory they took."""
    return lambda found: _OPERATOR.same(found[:-1], _OPERATOR.read(wrong)[:-1])


def _ignores_mu(found):
    return bool(np.allclose(found[0], found[1]))


_BRING = Exercise(
    id="11.5",
    prompt="Write ridge_operator(X, mu): the Hessian of ½·mean of (Xw − y)² + ½·mu·‖w‖² as a SciPy "
    "LinearOperator, without forming XᵀX.",
    kinds=(_OPERATOR,),
    solution=_ridge,
    praise="Your operator is symmetric and needs little memory, and y plays no part in it. Now give "
    "spectral_report one with an X of 10⁵ columns.",
    misconceptions=(
        Misconception(
            "takes the sum for the mean",
            _sum,
            "Is yours a sum or a mean? Compare its trace with the mean of ‖x‖² (x a row of X), plus p·mu.",
            matches=_same_products(_sum),
        ),
        Misconception(
            "forgets the penalty",
            _no_penalty,
            "The penalty has a Hessian too: it lifts every eigenvalue by the same amount.",
            matches=_same_products(_no_penalty),
        ),
        Misconception(
            "keeps the ½ of the data",
            _halves_the_data,
            "The penalty is right. ½·mean of (Xw − y)² has the gradient Xᵀ(Xw − y)/n: where did its ½ go?",
            matches=_same_products(_halves_the_data),
        ),
        Misconception(
            "squares mu",
            _squares_mu,
            "The penalty is linear in mu, and so is its second derivative.",
            matches=_same_products(_squares_mu),
        ),
        Misconception(
            "adds mu to every entry",
            _adds_mu,
            "You add the number mu to each entry of a vector. A product must double when v doubles: does "
            "yours? What does the penalty's Hessian do to v?",
            matches=_same_products(_adds_mu),
        ),
        Misconception(
            "loses mu",
            _loses_mu,
            "Your operator is the same for mu = 0.3 and for mu = 1.7. Where should mu enter?",
            matches=_ignores_mu,
        ),
        Misconception(
            "forms the matrix",
            _forms_the_matrix,
            "Right numbers, but your code forms XᵀX. With p = 10⁵ this matrix takes 80 GB. Multiply by X and "
            "then by Xᵀ instead.",
        ),
        Misconception(
            "divides the penalty by n",
            _divides_the_penalty,
            "The mean is over the squared errors only: the penalty is not divided by n.",
            matches=_same_products(_divides_the_penalty),
        ),
        Misconception(
            "loses the ½",
            _doubles,
            "Twice what it should be: the ½ in front of both terms cancels the 2 of the derivative.",
            matches=_same_products(_doubles),
        ),
        Misconception(
            "halves everything",
            _halves_everything,
            "Half of what it should be. The gradient of ½·mean of (Xw − y)² is Xᵀ(Xw − y)/n: no ½ is left.",
            matches=_same_products(_halves_everything),
        ),
        Misconception(
            "subtracts the penalty",
            _subtracts_the_penalty,
            "Your operator lowers each eigenvalue by mu. The penalty is a bowl around 0: which way does it "
            "curve?",
            matches=_same_products(_subtracts_the_penalty),
        ),
        Misconception(
            "centres the data",
            _centres,
            "You subtracted the mean of each column, which gives a covariance. The loss uses X as it is.",
            matches=_same_products(_centres),
        ),
        Misconception(
            "divides by the number of weights",
            _divides_by_p,
            "The mean is over examples, the rows of X. You divided by the number of columns.",
            matches=_same_products(_divides_by_p),
        ),
        Misconception(
            "keeps the ½ of the penalty",
            _halves_the_penalty,
            "½·mu·‖w‖² has the gradient mu·w. What is its second derivative?",
            matches=_same_products(_halves_the_penalty),
        ),
    ),
    hints=(
        "The gradient is Xᵀ(Xw − y)/n + mu·w. Differentiate it along v.",
        "Compute X @ v first, and then multiply the result by X.T. XᵀX itself is not needed.",
        "`LinearOperator((p, p), matvec=…, dtype=float)` with a function of v.",
    ),
)

EXERCISES = (_BRING,)
