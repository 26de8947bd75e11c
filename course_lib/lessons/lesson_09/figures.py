"""The figure of lesson 09: Lanczos without reorthogonalization, and where ghosts come in."""

import numpy as np
from matplotlib.figure import Figure
from scipy.linalg import eigh_tridiagonal

from course_lib import plotting
from course_lib.curvature import lanczos
from course_lib.lessons.lesson_09.experiments import exact_eigenvalues, exact_hessian


def ghosts(steps=200, seed=1):
    """Draw the upper Ritz values of the bare recurrence by step, and the copies of λ₁ among them.

    Returns
    -------
    plotting.Picture
    """
    exact = exact_eigenvalues()
    low, copies = exact[0] / 3, {}
    with plotting.style():
        figure = Figure(figsize=(9, 3.8))
        left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
        for value in exact[exact > low]:
            left.axhline(value, **plotting.THEORY)
        for bare in (False, True):
            run = lanczos.lanczos(exact_hessian(), steps, seed=seed, reorthogonalize=not bare)
            ritz = [
                eigh_tridiagonal(run.alphas[:m], run.betas[: m - 1], eigvals_only=True)
                for m in range(1, steps + 1)
            ]
            copies[bare] = [int(np.sum(np.abs(theta / exact[0] - 1) < 1e-6)) for theta in ritz]
        m = np.repeat(np.arange(1, steps + 1), [theta.size for theta in ritz])
        left.plot(m, np.concatenate(ritz), ".", markersize=3, **plotting.RUN)
        left.set(xlabel="step", ylabel="Ritz values (lines: eigenvalues)")
        left.set(xlim=(0, steps + 1), ylim=(low, 1.05 * exact[0]))
        left.set_title("Without reorthogonalization new values keep climbing")
        for bare, line, words in ((True, "-", "without"), (False, "--", "with")):
            right.plot(range(1, steps + 1), copies[bare], line, label=words, **plotting.RUN)
        right.set(xlabel="step", ylabel="copies of λ₁", xlim=(0, steps + 1), ylim=(0, None))
        right.set_title("They end as copies of what is there")
        right.legend(title="reorthogonalization", loc="upper left")
    several = "several copies" if copies[True][-1] > 2 else "hardly any copies"
    return plotting.Picture(
        figure,
        f"Ritz values settle on the eigenvalues from the top down; without reorthogonalization new "
        f"ones keep climbing out of the bulk. After {steps} steps there are {several} of λ₁ without, "
        f"and {'one' if copies[False][-1] == 1 else 'not one'} with it.",
    )
