"""Exercises and predictions of lesson 11: five questions about a report."""

import tracemalloc

import numpy as np
from scipy.sparse.linalg import LinearOperator

from course_lib.teaching import (
    ANY,
    Choice,
    Code,
    Exercise,
    Misconception,
    Number,
    Prediction,
    Unreadable,
)

_LIMITS = Exercise(
    id="11.1",
    prompt="λ₁ = 12.0 ± 0.3, mean loss, η = 0.1: ηλ₁/2, its error, the largest stable η for plain "
    "descent, and for a heavy ball with β = 0.9. Three digits.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(0.6, 0.015, 2 / 12, 3.8 / 12),
    praise="The error of λ₁ makes the limit 0.163 to 0.171. And it is the limit here and now: λ₁ moves "
    "as training goes on.",
    misconceptions=(
        Misconception(
            "forgets the half",
            (1.2, 0.03, ANY, ANY),
            "That is ηλ₁. Divided by 2 it says which part of the limit you use: 1 would be the edge.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 1.2) < 0.012,
        ),
        Misconception(
            "answers in per cent",
            (60, 1.5, ANY, ANY),
            "In per cent that is right. Give the ratio and its error as plain numbers, of which 1 is the "
            "edge.",
            matches=lambda ratio, error, plain, heavy: abs(ratio - 60) < 0.6,
        ),
        Misconception(
            "forgets the half in the error",
            (0.6, 0.03, ANY, ANY),
            "Your ratio is right. Its error is multiplied by all that λ₁ was multiplied by.",
        ),
        Misconception(
            "takes the error of λ₁ over",
            (ANY, 0.3, ANY, ANY),
            "0.3 is the error of λ₁. It is multiplied by η/2 just as λ₁ is.",
        ),
        Misconception(
            "gives the relative error",
            (ANY, 0.025, ANY, ANY),
            "2.5 % is the relative error, the same for λ₁ and for the ratio. How much is that of 0.6?",
        ),
        Misconception(
            "takes 1/λ₁ for the limit",
            (ANY, ANY, 1 / 12, ANY),
            "Safe, but not the limit. At 1/λ₁ the stiff error vanishes in one step; beyond it the error "
            "changes sign and still shrinks. Until when?",
        ),
        Misconception(
            "asks what λ₁ this step would bear",
            (ANY, ANY, 20, ANY),
            "2/η is the largest λ₁ at which your step of 0.1 is stable. Asked is the largest step for the "
            "λ₁ that was measured.",
        ),
        Misconception(
            "stays on the safe side of the error",
            (ANY, ANY, 2 / 12.3, ANY),
            "That is the limit at the upper end of the error, λ₁ = 12.3, and a prudent choice. Asked is "
            "the limit for λ₁ = 12.0.",
        ),
        Misconception(
            "lets momentum lower the limit",
            (ANY, ANY, ANY, 2 / 12 * 0.1),
            "You used η/(1 − β), the step that momentum makes of a steady slope. The stiff direction "
            "jumps to and fro: there the step before works against the next one. Does that raise the "
            "limit or lower it?",
        ),
        Misconception(
            "raises the limit tenfold",
            (ANY, ANY, ANY, 2 / 12 / 0.1),
            "You divided by 1 − β. That would be without bound as β nears 1; the limit of a heavy ball "
            "only doubles.",
        ),
        Misconception(
            "leaves the limit where it is",
            (ANY, ANY, ANY, 2 / 12),
            "That is the limit without momentum, β = 0. At β = 1 it would be twice that.",
        ),
        Misconception(
            "adds β once",
            (ANY, ANY, ANY, 2.9 / 12),
            "You took (2 + β)/λ₁, which at β = 1 is 1.5 times the plain limit. There it should be twice.",
        ),
    ),
    hints=(
        "Plain descent is stable along v₁ while ηλ₁ < 2.",
        "The error of η·λ₁/2 is η·0.3/2. With a heavy ball, replace 2 by 2 + 2β.",
    ),
)

_KAPPA = Exercise(
    id="11.2",
    prompt="96 % of the eigenvalues lie within 1 % of λ₁ of zero, some are negative, and κ is not "
    "defined. Does training need endlessly many steps?",
    kinds=(Choice(("yes", "no", "nobody can say", "take |λ| for λ, then see")),),
    solution="no",
    praise="κ bounds the time to solve every direction of a strictly convex quadratic. A direction "
    "with λ = 0 adds nothing to the loss, and along a negative λ descent moves away by itself. A small "
    'positive λ does cost steps, many but not endlessly many: try claims.verify("11.8", '
    "curvature=0.001). What matters is how much of the loss lies where.",
    misconceptions=(
        Misconception(
            "uses the rate without its premise",
            "yes",
            "(κ − 1)/(κ + 1) was proved for λₙ > 0. Which premise fails here, and what does a direction "
            "without curvature add to the loss?",
        ),
        Misconception(
            "thinks that without κ nothing is known",
            "nobody can say",
            "κ is one number of many. The rest of the report is there: where do the eigenvalues lie, and "
            "what does a direction without curvature add to the loss?",
        ),
        Misconception(
            "takes magnitudes",
            "take |λ| for λ, then see",
            "That number exists, and answers a question about linear systems. Along negative curvature "
            "descent moves away, faster and faster. Which question did you ask?",
        ),
    ),
    hints=(
        "How much does a direction with λ = 0 contribute to the loss above its minimum?",
        "Take a bowl, and add a hundred directions of curvature 0. Which step of descent does it change?",
    ),
)

_SUM = Exercise(
    id="11.3",
    prompt="A friend reports λ₁ = 6000 for the same network and the same 500 examples; her loss is a "
    "sum. What is λ₁ of the mean? Both make one step from the same weights, on their own loss and with the "
    "largest η that is stable there. Whose step is longer: hers, mine, or neither?",
    kinds=(Number(), Choice(("hers", "mine", "neither"))),
    solution=(12, "neither"),
    praise="Her limit is 2/6000 and yours 2/12, and her gradients are 500 times as long: the same walk.",
    misconceptions=(
        Misconception(
            "believes that hers is sharper",
            (6000, ANY),
            "Multiply a loss by 500 and every eigenvalue follows. Is the landscape another one?",
        ),
        Misconception(
            "divides by the square",
            (0.024, ANY),
            "You divided by 500 twice. Second derivatives are linear in the loss: once is enough.",
        ),
        Misconception(
            "multiplies",
            (3000000, ANY),
            "You multiplied. A mean is a sum divided by the number of examples.",
        ),
        Misconception(
            "compares η alone",
            (12, "mine"),
            "Your η may be 500 times as large. But how long is a gradient of the mean, beside one of the "
            "sum? The step is their product.",
        ),
        Misconception(
            "thinks that long gradients are strong",
            (12, "hers"),
            "Her gradients are longer, and her largest stable η is smaller by the same factor.",
        ),
    ),
    hints=("The mean is the sum divided by 500.", "A step is η·∇f. Multiply both changes."),
)

_TWICE = Exercise(
    id="11.4",
    prompt="The same product, computed twice, differs by 3 %. What is the cause?",
    kinds=(Choice(("rounding", "asymmetry", "too few probes", "a random loss")),),
    solution="a random loss",
    praise="Dropout or batch statistics are on, or every call draws a new batch. Fix them first, then "
    "measure.",
    misconceptions=(
        Misconception(
            "blames rounding",
            "rounding",
            "In float64 rounding shows in the 15th digit. This is 3 %.",
        ),
        Misconception(
            "blames asymmetry",
            "asymmetry",
            "Asymmetry would show in uᵀHv against vᵀHu. Here the same product changed.",
        ),
        Misconception(
            "blames the probes",
            "too few probes",
            "No average over probes is involved in one product with one vector.",
        ),
    ),
    hints=(
        "What would have to change between two calls with the same vector?",
        "Try: is the loss itself the same when it is computed twice?",
    ),
)

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
    praise="Symmetric, thrifty, and y does not enter. Give it to spectral_report with an X of 10⁵ "
    "columns.",
    misconceptions=(
        Misconception(
            "takes the sum for the mean",
            _sum,
            "Sum or mean? Compare the trace of your operator with the mean of ‖x‖², plus p·mu.",
            matches=_same_products(_sum),
        ),
        Misconception(
            "forgets the penalty",
            _no_penalty,
            "The penalty has a Hessian too: it lifts every eigenvalue by the same amount.",
            matches=_same_products(_no_penalty),
        ),
        Misconception(
            "keeps the half of the data",
            _halves_the_data,
            "The penalty is right. ½·mean of (Xw − y)² has the gradient Xᵀ(Xw − y)/n: where did its ½ go?",
            matches=_same_products(_halves_the_data),
        ),
        Misconception(
            "squares mu",
            _squares_mu,
            "The penalty is linear in mu, and so is all that is derived from it.",
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
            "Right numbers. With p = 10⁵ this matrix takes 80 GB: multiply twice by a thin matrix "
            "instead.",
        ),
        Misconception(
            "divides the penalty by n",
            _divides_the_penalty,
            "The mean is over the squared errors only: the penalty is not divided by n.",
            matches=_same_products(_divides_the_penalty),
        ),
        Misconception(
            "loses the half",
            _doubles,
            "Twice too much: the ½ in front of both terms takes away the 2 of the derivative.",
            matches=_same_products(_doubles),
        ),
        Misconception(
            "divides by the number of weights",
            _divides_by_p,
            "The mean is over examples, the rows of X. You divided by the number of columns.",
            matches=_same_products(_divides_by_p),
        ),
        Misconception(
            "keeps the half of the penalty",
            _halves_the_penalty,
            "½·mu·‖w‖² has the gradient mu·w. What is its second derivative?",
            matches=_same_products(_halves_the_penalty),
        ),
    ),
    hints=(
        "The gradient is Xᵀ(Xw − y)/n + mu·w. Differentiate it along v.",
        "First X @ v, then X.T @ that: two products with a thin matrix.",
        "`LinearOperator((p, p), matvec=…, dtype=float)` with a function of v.",
    ),
)

EXERCISES = {e.id: e for e in (_LIMITS, _KAPPA, _SUM, _TWICE, _BRING)}

PREDICTIONS = {
    p.id: p
    for p in (
        Prediction(
            "11.a",
            "1210 weights, 200 full-batch steps at a third of the limit. How much of the squared "
            "gradient lies along the ten largest eigenvectors?",
            {
                "nearly all": "So it is often reported, for training with small batches. Their noise, it "
                "is thought, keeps shaking the stiff directions.",
                "about half": "With small batches it is even more here, with full batches far less.",
                "nearly nothing": "",
            },
            answer="nearly nothing",
            outcome="Less than one per cent. An explanation, not tested here: below its limit descent "
            "clears the stiff directions first, as on a bowl (lesson 02), and what is left lies in the "
            "flat ones.",
        ),
        Prediction(
            "11.b",
            "The weights and biases of the first layer times 100, the weights of the second divided by "
            "100. What changes: the outputs, or λ₁?",
            {
                "nothing": "The function stays, and λ₁ is measured in the coordinates, which changed.",
                "the outputs only": "ReLU lets a positive factor through: the outputs stay.",
                "λ₁ only": "",
                "both": "ReLU lets a positive factor through: the outputs stay.",
            },
            answer="λ₁ only",
            outcome="All outputs stay to ten digits, and λ₁ grows more than a thousandfold.",
        ),
    )
}
