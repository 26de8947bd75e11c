"""The exercise of lesson 09 on a product by a difference of gradients."""

import numpy as np

from course_lib.teaching import Code, Exercise, Misconception


def _grad_quartic(w):
    return 4 * w**3 + np.roll(w, 1) + np.roll(w, -1)


def _grad_exponential(w):
    a = np.arange(1.0, w.size + 1)
    return a * np.exp(a @ w)


_W, _V = np.array([0.3, -0.2, 0.1]), np.array([1.0, 2.0, -1.0])

# With the large h of the last case a function that ignores h shows.
_CASES = ((_grad_quartic, _W, _V), (_grad_exponential, 0.1 * _W, _V), (_grad_quartic, _W, _V, 0.1))


class _Counted(Code):
    """`hvp`, with its calls of `gradient` counted: their number stands behind the values."""

    def read(self, function):
        """Return what the function returned for each case, and the calls in all of them."""
        calls = 0

        def counted(gradient):
            def count_and_call(w):
                nonlocal calls
                calls += 1
                return gradient(np.asarray(w))

            return count_and_call

        cases = tuple((counted(gradient), *rest) for gradient, *rest in self.cases)
        values = Code(self.name, cases, self.rtol).read(function)
        return [*values, np.array([calls])]


def _hvp(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def _forward(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w)) / h


def _behind(gradient, w, v, h=1e-5):
    return (gradient(w) - gradient(w - h * v)) / h


def _backwards(gradient, w, v, h=1e-5):
    return (gradient(w - h * v) - gradient(w + h * v)) / (2 * h)


def _normalised(gradient, w, v, h=1e-5):
    u = v / np.linalg.norm(v)
    return (gradient(w + h * u) - gradient(w - h * u)) / (2 * h)


def _divided_by_h(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / h


def _divided_by_h_squared(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / h**2


def _not_divided(gradient, w, v, h=1e-5):
    return gradient(w + h * v) - gradient(w - h * v)


def _times_h(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / 2 * h


def _divided_by_v(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - gradient(w - h * v)) / (2 * h * v)


def _one_number(gradient, w, v, h=1e-5):
    return v @ (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


def _elementwise(gradient, w, v, h=1e-5):
    return v * (gradient(w + h) - gradient(w - h)) / (2 * h)


def _second_difference(gradient, w, v, h=1e-5):
    return (gradient(w + h * v) - 2 * gradient(w) + gradient(w - h * v)) / h**2


def _all_columns(gradient, w, v, h=1e-5):
    columns = [(gradient(w + h * e) - gradient(w - h * e)) / (2 * h) for e in np.eye(w.size)]
    return np.array(columns).T @ v


def _ignores_h(gradient, w, v, h=1e-5):
    return (gradient(w + 1e-5 * v) - gradient(w - 1e-5 * v)) / 2e-5


def _agrees(values, function, cases):
    """Tell whether values are those of a function in some of the cases."""
    return all(
        values[i].shape == wanted.shape and np.allclose(values[i], wanted, rtol=1e-7)
        for i in cases
        for wanted in [np.asarray(function(*_CASES[i]))]
    )


_PRODUCT = Exercise(
    id="9.1",
    prompt="Write hvp(gradient, w, v, h=1e-5): the Hessian-vector product by a central difference of "
    "gradients.",
    kinds=(_Counted("hvp", _CASES, rtol=1e-7),),
    solution=_hvp,
    praise="Two gradients give one product, and no Hessian is formed. Automatic differentiation does the "
    "same without h.",
    misconceptions=(
        Misconception(
            "takes a one-sided difference",
            _forward,
            "Close: this is the one-sided difference, right to about five digits. Step to both sides, and "
            "the largest part of the error drops out.",
        ),
        Misconception(
            "looks behind only",
            _behind,
            "Close: this is a one-sided difference too, taken behind w. Which point lies equally far "
            "ahead of w?",
        ),
        Misconception(
            "subtracts the wrong way round",
            _backwards,
            "The size is right, the sign is wrong. Which of the two points lies ahead?",
        ),
        Misconception(
            "normalizes v",
            _normalised,
            "You divided v by its length. The product is linear in v: twice the vector gives twice the "
            "product.",
        ),
        Misconception(
            "divides by h",
            _divided_by_h,
            "Your result is twice as large as it should be. How far apart are w + hv and w − hv?",
        ),
        Misconception(
            "divides by the square of h",
            _divided_by_h_squared,
            "You divided by h². This belongs to a second difference of f itself. Here you subtract "
            "gradients, which are first derivatives already.",
        ),
        Misconception(
            "does not divide",
            _not_divided,
            "This is how much the gradient changes between the two points. The product is the change "
            "per unit of h. What must you divide by?",
        ),
        Misconception(
            "leaves out the brackets",
            _times_h,
            "Your result is far too small. Python reads a / 2 * h as (a / 2) · h, so you multiply by h. What "
            "belongs in brackets?",
        ),
        Misconception(
            "divides by v as well",
            _divided_by_v,
            "You divided each entry by an entry of v. But v only says in which direction to step. It "
            "does not belong in the divisor, and it may contain zeros.",
        ),
        Misconception(
            "returns vᵀHv",
            _one_number,
            "You return one number: vᵀHv. For a v of length 1 this is the curvature along v. The "
            "product Hv is a vector.",
        ),
        Misconception(
            "shifts every weight by h",
            _elementwise,
            "You moved along (1, 1, 1) and multiplied by v afterwards. Move along v itself.",
        ),
        Misconception(
            "takes a second difference",
            _second_difference,
            "This is a second difference. A second difference of gradients gives third derivatives. The "
            "product is the first derivative of the gradient along v.",
            matches=lambda values: _agrees(values, _second_difference, [2]),
        ),
        Misconception(
            "builds the matrix",
            _all_columns,
            "The vector is right, but you call the gradient more often than necessary. Two calls are enough: "
            "move along v itself.",
            matches=lambda values: _agrees(values, _hvp, [0, 1]) and values[-1][0] > 6,
        ),
        Misconception(
            "ignores h",
            _ignores_h,
            "Your result is right as long as h is 1e-5. But the caller chooses h, and with h = 0.1 your "
            "result is not that of a central difference.",
            matches=lambda values: _agrees(values, _hvp, [0, 1]) and not _agrees(values, _hvp, [2]),
        ),
    ),
    hints=(
        "∇f(w + hv) ≈ ∇f(w) + h·Hv.",
        "Subtract ∇f(w − hv), and the largest part of the error drops out. The two points are 2h·v apart.",
    ),
)

EXERCISES = (_PRODUCT,)
