"""Whatever is given for an argument: it is right, or a ValueError names it; nothing hangs, nothing else is raised."""

import inspect

import numpy as np
import pytest

from course_lib.curvature import (
    density,
    diagonals,
    eigenpairs,
    flatness,
    lanczos,
    spectral_shape,
    trace,
    trace_methods,
    training,
)
from course_lib.exact import (
    critical_points,
    derivatives,
    dynamics,
    eigenvalue_laws,
    landscapes,
    random_matrices,
    spectra,
)

EYE, PAIR = np.eye(2), [1.0, 2.0]
VALLEY = landscapes.himmelblau()


def square(w):
    return float(np.sum(np.asarray(w) ** 2))


# Functions with arguments that are right; each is then replaced by what is wrong.
CALLS = (
    (critical_points.classify, {"eigenvalues": PAIR, "rtol": 1e-9, "scale": 1.0}),
    (
        lambda **given: critical_points.find(VALLEY.gradient, VALLEY.hessian, **given),
        {"starts": [[0.0, 0.0], [1.0, 1.0]], "periods": PAIR, "box": ([0, 0], [1, 1]), "steps": 5},
    ),
    (lambda **g: critical_points.search(VALLEY, **g), {"num_starts": 4, "max_rounds": 1}),
    (lambda **g: critical_points.expected_index_sum(VALLEY, **g), {"num": 50}),
    (
        lambda **g: critical_points.lowest_and_highest_around(lambda w: w[:, 0], **g),
        {"point": PAIR, "radius": 0.1, "num": 9},
    ),
    (derivatives.curvature_along, {"H": EYE, "v": PAIR}),
    (lambda **g: derivatives.second_difference(square, **g), {"w": PAIR, "v": PAIR, "h": 1e-3}),
    (lambda **g: derivatives.gradient_by_differences(square, **g), {"w": PAIR, "h": 1e-3}),
    (lambda **g: derivatives.hessian_by_differences(square, **g), {"w": PAIR, "h": 1e-3}),
    (lambda **g: derivatives.hessian_from_gradient(np.sin, **g), {"w": PAIR, "h": 1e-3}),
    (derivatives.quadratic_model, {"value": 1.0, "gradient": PAIR, "H": EYE}),
    (derivatives.rescale, {"H": EYE, "units": PAIR}),
    (
        lambda **g: dynamics.walk(np.sin, **g),
        {"start": PAIR, "eta": 0.1, "steps": 3, "momentum": 0.1, "method": "Nesterov"},
    ),
    (dynamics.largest_descent_step, {"H": EYE, "g": PAIR}),
    (
        dynamics.momentum_factors,
        {"eigenvalues": PAIR, "eta": 0.1, "momentum": 0.5, "method": "Nesterov"},
    ),
    (dynamics.stability_limit, {"momentum": 0.5, "method": "Nesterov"}),
    (dynamics.best_tuning, {"eigenvalues": PAIR, "method": "Nesterov"}),
    (dynamics.escape_steps, {"curvature": -1.0, "eta": 0.1, "distance": 0.1}),
    (eigenvalue_laws.marchenko_pastur, {"g": 0.5}),
    (eigenvalue_laws.semicircle.density, {"x": PAIR}),
    (eigenvalue_laws.marchenko_pastur(0.5).density, {"x": PAIR}),
    (eigenvalue_laws.marchenko_pastur(0.5).cdf, {"x": PAIR}),
    (eigenvalue_laws.marchenko_pastur(0.5).moment, {"k": 2}),
    (landscapes.modes, {"d": 2, "max_square": 2}),
    (landscapes.random_trigonometric, {"d": 2, "max_square": 2}),
    (landscapes.monkey_saddle, {"bowl": 1.0}),
    (random_matrices.wigner, {"n": 4, "entries": "t", "dof": 5.0}),
    (random_matrices.goe, {"n": 4}),
    (random_matrices.wishart, {"p": 3, "N": 4, "entries": "t", "dof": 5.0}),
    (random_matrices.spiked_wigner, {"n": 4, "theta": 2.0}),
    (random_matrices.spiked_wigner_prediction, {"theta": 2.0}),
    (random_matrices.mean_spacing_ratio, {"eigenvalues": [1.0, 2.0, 4.0, 9.0]}),
    (random_matrices.goe_positive_probability, {"n": 3}),
    (spectra.eigh, {"A": EYE}),
    (spectra.definiteness, {"eigenvalues": PAIR, "rtol": 1e-9}),
    (spectra.condition_number, {"eigenvalues": PAIR}),
    (spectra.contraction_factors, {"eigenvalues": PAIR, "eta": 0.1}),
    (spectra.rate, {"eigenvalues": PAIR, "eta": 0.1}),
    (spectra.best_step, {"eigenvalues": PAIR}),
    (lanczos.lanczos, {"A": EYE, "num_steps": 2, "start": PAIR}),
    (eigenpairs.top_eigenpairs, {"A": EYE, "k": 1, "which": "LA", "tol": 1e-8, "max_matvecs": 50}),
    (
        trace.trace,
        {
            "A": EYE,
            "num_matvecs": 40,
            "distribution": "gaussian",
            "method": "hutchinson",
            "rtol": 0.0,
        },
    ),
    (trace.one_probe_variance, {"A": EYE, "distribution": "gaussian"}),
    (trace_methods.probes, {"n": 3, "m": 2, "distribution": "gaussian"}),
    (density.spectral_density, {"A": EYE, "num_steps": 2, "num_probes": 2}),
    (diagonals.diagonal, {"A": EYE, "num_matvecs": 4}),
    (spectral_shape.largest_gap, {"eigenvalues": PAIR, "kmax": 2}),
    (spectral_shape.log_magnitudes, {"eigenvalues": PAIR, "floor": 1e-8}),
    (spectral_shape.subspace_overlap, {"U": EYE, "V": EYE}),
    (flatness.adaptive_operator, {"H": EYE, "w": PAIR}),
    (training.minibatches, {"n": 4, "batch_size": 2, "steps": 2}),
)


class Unreadable:
    def __array__(self, *_, **__):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


MASKED = np.ma.array([1.0, 2.0], mask=[True, False])
NEVER = [np.nan, 1j, np.array([1j, 2]), [np.nan, 1.0], [[1], [1, 2]], MASKED, {}, object(), Unreadable(),
         np.datetime64("2020-01-01"), ["a", "b"], b"1"]  # fmt: skip
HUGE = 10**400  # as a count it is only too large
PERHAPS = [
    [],
    np.inf,
    -1,
    0,
    1.5,
    True,
    "1",
    [1.0, 2.0, 3.0],
    np.ones((2, 3)),
    [[1.0, 2.0], [0.0, 1.0]],
]


def name_of(call):
    return (
        call.__name__
        if "lambda" not in call.__name__
        else inspect.getsource(call).split("(")[1][:40]
    )


def outcome(call, given, name, wrong):
    """Return what is not as it should be about one call, or an empty string."""
    try:
        call(**given | {name: wrong})
    except ValueError as error:
        others = [n for n in given if n in str(error)]  # what does not fit may be said of either
        return "" if others else f"not named: {error}"
    except Exception as error:
        return type(error).__name__
    return "accepted" if any(wrong is never for never in (*NEVER, HUGE)) else ""


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("call", "given"), CALLS, ids=lambda x: name_of(x) if callable(x) else "")
def test_each_argument_is_right_or_refused_by_name(call, given):
    call(**given)
    found = {}
    for name, right in given.items():
        huge = [] if isinstance(right, int) else [HUGE]
        for wrong in (*NEVER, *PERHAPS, *huge):
            if said := outcome(call, given, name, wrong):
                found[name, type(wrong).__name__] = said
    assert found == {}
