"""Every claim holds, every breaker breaks, and a defect in the library is noticed by a claim."""

import json
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course_lib import lessons
from course_lib.curvature import flatness, lanczos, networks, operators, report, trace
from course_lib.exact import critical_points, derivatives, dynamics, formulas, spectra
from course_lib.support import caching
from course_lib.teaching import Evidence

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
LESSONS = {name: lessons.load(name) for name in lessons.lesson_names()}
CLAIMS = [claim for lesson in LESSONS.values() for claim in lesson.claims]

every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)


@every_claim
def test_evidence_confirms(claim):
    verification = claim.verify()
    assert verification.evidence.confirms, verification
    assert verification.outcome == claim.verdict
    assert re.match(r"holds($| when)|false as stated$", claim.verdict)


@pytest.mark.parametrize(
    ("claim", "constants"),
    [(c, b) for c in CLAIMS for b in c.breakers],
    ids=lambda x: getattr(x, "id", None) or ",".join(x),
)
def test_breaker_breaks(claim, constants):
    verification = claim.verify(**constants)
    assert not verification.evidence.confirms, verification
    assert "does not hold" in repr(verification)


@every_claim
def test_claim_has_a_breaker_and_belongs_to_its_lesson(claim):
    assert claim.breakers
    assert claim.source
    home = claim.check.__module__.split(".")[2]
    assert int(claim.id.split(".")[0]) == int(home.removeprefix("lesson_"))


def cited():
    """Return {claim id: notebooks that cite it}, from code cells and from the prose."""
    found = {}
    for path in NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            pattern = (
                r'verify\("([\d.]+)"' if cell["cell_type"] == "code" else r"claims? (\d+\.\d+)"
            )
            for id in re.findall(pattern, source):
                found.setdefault(id, set()).add(path.name)
    return found


def test_every_claim_is_cited_and_every_citation_is_a_claim():
    known = {claim.id for claim in CLAIMS}
    assert known - cited().keys() == set(), "claims that no notebook cites"
    assert cited().keys() - known == set(), "citations of no claim"


def test_unknown_claim_is_refused():
    with pytest.raises(ValueError, match="no claim"):
        LESSONS["lesson_02"].claims.verify("2.99")


def test_a_check_that_cannot_fail_would_be_noticed():
    """The test of breakers itself goes red for a check that always confirms."""
    real = CLAIMS[0]
    hollow = type(real)("2.1", "…", "holds", "…", lambda **_: Evidence(True, "…"), ({"x": 1},))
    with pytest.raises(AssertionError):
        test_breaker_breaks(hollow, {"x": 1})


# Defects of the kind that hides in curvature code, planted one at a time.


def flipped_formula(monkeypatch):
    right = formulas.Formula.hessian_at
    monkeypatch.setattr(formulas.Formula, "hessian_at", lambda self, w: -right(self, w))


def flipped_operator(monkeypatch):
    right = operators.hessian_operator
    monkeypatch.setattr(operators, "hessian_operator", lambda *a, **k: -1 * right(*a, **k))


def missing_half(monkeypatch):
    right = networks.squared_error
    monkeypatch.setattr(
        networks, "squared_error", lambda net: lambda w, X, y: 2 * right(net)(w, X, y)
    )


def magnitudes_for_eigenvalues(monkeypatch):
    right = spectra.eigh

    def wrong(A):
        s = right(A)
        return spectra.Spectrum(np.abs(s.eigenvalues), s.eigenvectors)

    monkeypatch.setattr(spectra, "eigh", wrong)


def sum_for_mean(monkeypatch):
    right = networks.cross_entropy
    monkeypatch.setattr(
        networks, "cross_entropy", lambda net: lambda w, X, y: len(X) * right(net)(w, X, y)
    )


def wrong_rate(monkeypatch):
    monkeypatch.setattr(spectra, "best_rate", lambda lam: 1 - 1 / spectra.condition_number(lam))


def wrong_limit(monkeypatch):
    monkeypatch.setattr(spectra, "largest_stable_step", lambda lam: 1 / max(lam))


def signless_factors(monkeypatch):
    monkeypatch.setattr(
        spectra, "contraction_factors", lambda lam, eta: np.abs(1 - eta * np.abs(lam))
    )


def stderr_without_root(monkeypatch):
    right = trace.trace

    def wrong(*arguments, **options):
        e = right(*arguments, **options)
        return trace.TraceEstimate(
            e.estimate, e.stderr / e.num_matvecs**0.5, e.samples, e.num_matvecs, e.distribution
        )

    monkeypatch.setattr(trace, "trace", wrong)


def no_reorthogonalization(monkeypatch):
    monkeypatch.setattr(lanczos, "orthogonalize", lambda r, V: r)


def bare_weights(monkeypatch):
    right = lanczos.LanczosResult.weights.fget
    monkeypatch.setattr(lanczos.LanczosResult, "weights", property(lambda self: right(self) ** 0.5))


def half_a_limit(monkeypatch):
    right = report.SpectralReport.stability_limit.fget

    def wrong(self):
        value, error = right(self)
        return report.Bounded(value / 2, error)

    monkeypatch.setattr(report.SpectralReport, "stability_limit", property(wrong))


def gauss_newton_for_hessian(monkeypatch):
    def wrong(f, w, *data):
        gradient = jax.grad(f)(jnp.asarray(w), *data)
        return np.outer(gradient, gradient)

    monkeypatch.setattr(operators, "hessian_operator", wrong)


def bias_not_rescaled(monkeypatch):
    right = flatness.rescale

    def wrong(network, w, alpha, layer=1):
        moved = right(network, w, alpha, layer)
        network.unpack(moved)[layer - 1][1][:] /= alpha
        return moved

    monkeypatch.setattr(flatness, "rescale", wrong)


def adaptive_by_one_side(monkeypatch):
    monkeypatch.setattr(
        flatness, "adaptive_operator", lambda H, w: H.to_dense() * np.sqrt(np.abs(np.outer(w, w)))
    )


def step_limit_of_the_best_step(monkeypatch):
    right = dynamics.largest_descent_step
    monkeypatch.setattr(dynamics, "largest_descent_step", lambda H, g: right(H, g) / 2)


def momentum_lowers_the_limit(monkeypatch):
    monkeypatch.setattr(dynamics, "stability_limit", lambda beta, method: 2 - 2 * beta)


def kappa_for_its_root(monkeypatch):
    right = dynamics.best_tuning

    def wrong(lam, method="heavy ball"):
        return right(lam, method)._replace(momentum=spectra.best_rate(lam) ** 2)

    monkeypatch.setattr(dynamics, "best_tuning", wrong)


def velocity_forgotten(monkeypatch):
    right = dynamics.walk

    def wrong(gradient, start, eta, steps, momentum=0.0, method="heavy ball"):
        return right(gradient, start, eta, steps)

    monkeypatch.setattr(dynamics, "walk", wrong)


def step_size_forgotten_in_escape(monkeypatch):
    right = dynamics.escape_steps
    monkeypatch.setattr(
        dynamics, "escape_steps", lambda lam, eta, distance: right(lam / eta, eta, distance)
    )


def model_without_half(monkeypatch):
    right = derivatives.quadratic_model
    monkeypatch.setattr(
        derivatives, "quadratic_model", lambda f, g, H: right(f, g, 2 * np.asarray(H))
    )


def units_on_one_side(monkeypatch):
    monkeypatch.setattr(derivatives, "rescale", lambda H, units: np.asarray(units)[:, None] * H)


def direction_not_normalised(monkeypatch):
    monkeypatch.setattr(
        derivatives, "curvature_along", lambda H, v: np.sum(v * (H @ np.asarray(v)), axis=0)
    )


def zeros_before_signs(monkeypatch):
    right = critical_points.classify

    def wrong(lam, rtol=1e-10, scale=None):
        size = np.abs(lam)
        zero = size.min() <= rtol * (size.max() if scale is None else scale)
        return "undecided" if zero else right(lam, rtol, scale)

    monkeypatch.setattr(critical_points, "classify", wrong)


def absolute_zero(monkeypatch):
    right = critical_points.classify
    monkeypatch.setattr(critical_points, "classify", lambda lam: right(lam, rtol=1.0, scale=1e-6))


DEFECTS = {
    model_without_half: "1.9",
    units_on_one_side: "1.11",
    direction_not_normalised: "1.7",
    flipped_formula: "2.1",
    flipped_operator: "9.2",
    missing_half: "2.9",
    magnitudes_for_eigenvalues: "2.12",
    sum_for_mean: "9.10",
    wrong_rate: "2.7",
    wrong_limit: "2.6",
    signless_factors: "2.12",
    stderr_without_root: "9.6",
    gauss_newton_for_hessian: "9.2",
    step_limit_of_the_best_step: "4.1",
    momentum_lowers_the_limit: "4.13",
    kappa_for_its_root: "4.11",
    velocity_forgotten: "4.13",
    step_size_forgotten_in_escape: "4.15",
    bias_not_rescaled: "8.7",
    adaptive_by_one_side: "8.8",
    no_reorthogonalization: "9.15",
    bare_weights: "9.16",
    half_a_limit: "11.2",
    zeros_before_signs: "3.4",
    absolute_zero: "3.10",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.__name__)
def test_planted_defect_turns_a_claim(defect, monkeypatch):
    (claim,) = (c for c in CLAIMS if c.id == DEFECTS[defect])
    assert claim.verify().evidence.confirms
    caching.forget()  # or a planted defect would be answered from before
    try:
        defect(monkeypatch)
        assert "does not hold" in repr(claim.verify())
    finally:
        caching.forget()
