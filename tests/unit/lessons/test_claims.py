"""Every claim holds as stored, every breaker breaks, and a defect in the library is noticed."""

import dataclasses
import json
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from website import ledger

from course_lib import lessons
from course_lib.curvature import flatness, lanczos, networks, operators, report, trace
from course_lib.exact import critical_points, derivatives, dynamics, formulas, spectra
from course_lib.teaching import Evidence, stored

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
LESSONS = {name: lessons.load(name) for name in lessons.lesson_names()}
CLAIMS = [claim for lesson in LESSONS.values() for claim in lesson.claims]
STORED = json.loads(ledger.EVIDENCE.read_text("utf-8"))

every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)


@every_claim
def test_evidence_confirms(claim):
    verification = claim.verify()
    assert verification.evidence.confirms, verification
    assert verification.outcome == claim.verdict
    assert verification.evidence.summary == STORED.get(claim.id), "make notebooks"


@pytest.mark.parametrize(
    ("claim", "constants"),
    [(c, b) for c in CLAIMS for b in c.breakers],
    ids=lambda x: getattr(x, "id", None) or ",".join(x),
)
def test_breaker_breaks(claim, constants):
    verification = claim.verify(**constants)
    assert not verification.evidence.confirms, verification
    failed = "not shown to be false" if claim.kind == "false as stated" else "does not hold"
    assert f"\nVerdict: {failed}\n" in repr(verification)


@every_claim
def test_claim_has_a_breaker_and_belongs_to_its_lesson(claim):
    assert bool(claim.breakers) == (claim.kind != "opinion")
    assert claim.source
    if claim.kind == "opinion":
        return
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


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_claim_is_cited_and_every_citation_is_a_claim(lesson):
    known, places = {claim.id for claim in CLAIMS}, cited()
    own = {claim.id for claim in LESSONS[lesson].claims}
    assert own - places.keys() == set(), "claims that no notebook cites"
    notebook = stored.notebook_of(lesson).name
    here = {id for id, names in places.items() if notebook in names}
    assert here - known == set(), "citations of no claim"


def test_unknown_claim_is_refused():
    with pytest.raises(ValueError, match="no claim"):
        LESSONS["lesson_02"].claims.verify("2.99")


def test_a_check_that_cannot_fail_would_be_noticed():
    """The test of breakers itself goes red for a check that always confirms."""
    real = CLAIMS[0]
    hollow = type(real)("2.1", "…", "holds", "…", lambda x=0: Evidence(True, "…"), ({"x": 1},))
    with pytest.raises(AssertionError):
        test_breaker_breaks(hollow, {"x": 1})


# Defects of the kind that hides in curvature code, planted one at a time.

DEFECTS = []


def planted(claim, owner, name):
    """Enter a defect that turns a claim: it stands for owner.name, and is given the right one."""

    def enter(wrong):
        DEFECTS.append(pytest.param(claim, owner, name, wrong, id=wrong.__name__))

    return enter


@planted("1.9", derivatives, "quadratic_model")
def model_without_half(right, f, g, H):
    return right(f, g, 2 * np.asarray(H))


@planted("1.11", derivatives, "rescale")
def units_on_one_side(right, H, units):
    return np.asarray(units)[:, None] * H


@planted("1.7", derivatives, "curvature_along")
def direction_not_normalised(right, H, v):
    return np.sum(v * (H @ np.asarray(v)), axis=0)


@planted("2.1", formulas.Formula, "hessian_at")
def flipped_formula(right, self, w):
    return -right(self, w)


@planted("9.2", operators, "hessian_operator")
def flipped_operator(right, *arguments, **options):
    return -1 * right(*arguments, **options)


@planted("2.9", networks, "squared_error")
def missing_half(right, network):
    return lambda w, X, y: 2 * right(network)(w, X, y)


@planted("2.12", spectra, "eigh")
def magnitudes_for_eigenvalues(right, A):
    spectrum = right(A)
    return dataclasses.replace(spectrum, eigenvalues=np.abs(spectrum.eigenvalues))


@planted("9.10", networks, "cross_entropy")
def sum_for_mean(right, network):
    return lambda w, X, y: len(X) * right(network)(w, X, y)


@planted("2.7", spectra, "best_rate")
def wrong_rate(right, lam):
    return 1 - 1 / spectra.condition_number(lam)


@planted("2.6", spectra, "largest_stable_step")
def wrong_limit(right, lam):
    return 1 / max(lam)


@planted("2.12", spectra, "contraction_factors")
def signless_factors(right, lam, eta):
    return np.abs(1 - eta * np.abs(lam))


@planted("9.6", trace, "trace")
def stderr_without_root(right, *arguments, **options):
    e = right(*arguments, **options)
    return dataclasses.replace(e, stderr=e.stderr / e.num_matvecs**0.5)


@planted("9.2", operators, "hessian_operator")
def gauss_newton_for_hessian(right, f, w, *data):
    gradient = jax.grad(f)(jnp.asarray(w), *data)
    return np.outer(gradient, gradient)


@planted("4.1", dynamics, "largest_descent_step")
def step_limit_of_the_best_step(right, H, g):
    return right(H, g) / 2


@planted("4.13", dynamics, "stability_limit")
def momentum_lowers_the_limit(right, beta, method):
    return 2 - 2 * beta


@planted("4.11", dynamics, "best_tuning")
def kappa_for_its_root(right, lam, method="heavy ball"):
    return right(lam, method)._replace(momentum=spectra.best_rate(lam) ** 2)


@planted("4.13", dynamics, "walk")
def velocity_forgotten(right, gradient, start, eta, steps, momentum=0.0, method="heavy ball"):
    return right(gradient, start, eta, steps)


@planted("4.15", dynamics, "escape_steps")
def step_size_forgotten_in_escape(right, lam, eta, distance):
    return right(lam / eta, eta, distance)


@planted("8.7", flatness, "rescale")
def bias_not_rescaled(right, network, w, alpha, layer=1):
    moved = right(network, w, alpha, layer)
    network.unpack(moved)[layer - 1][1][:] /= alpha
    return moved


@planted("8.8", flatness, "adaptive_operator")
def adaptive_by_one_side(right, H, w):
    return H.to_dense() * np.sqrt(np.abs(np.outer(w, w)))


@planted("9.15", lanczos, "orthogonalize")
def no_reorthogonalization(right, r, V):
    return r


@planted("9.16", lanczos.LanczosResult, "weights")
def bare_weights(right, self):
    return right(self) ** 0.5


@planted("11.2", report.SpectralReport, "stability_limit")
def half_a_limit(right, self):
    value, error = right(self)
    return report.Bounded(value / 2, error)


@planted("3.4", critical_points, "classify")
def zeros_before_signs(right, lam, rtol=1e-10, scale=None):
    size = np.abs(lam)
    zero = size.min() <= rtol * (size.max() if scale is None else scale)
    return "undecided" if zero else right(lam, rtol, scale)


@planted("3.10", critical_points, "classify")
def absolute_zero(right, lam):
    return right(lam, rtol=1.0, scale=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("id", "owner", "name", "wrong"), DEFECTS)
def test_planted_defect_turns_a_claim(id, owner, name, wrong, plant):
    (claim,) = (c for c in CLAIMS if c.id == id)
    plant(owner, name, wrong)
    assert "does not hold" in repr(claim.verify())
