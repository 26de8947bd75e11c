"""Claims on random waves: the height shifts a Hessian, |det H| weighs it, and both predict counts."""

import numpy as np

from course_lib.exact import landscapes
from course_lib.lessons.lesson_06 import experiments
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()
DIMENSIONS = (2, 3, 4, 5, 6)


def laplacian_by_differences(landscape, points, h=1e-3):
    """Return the sum of the second derivatives along all axes, from values alone."""
    total = np.zeros(len(points))
    for e in h * np.eye(points.shape[1]):
        around = landscape.value(points + e) + landscape.value(points - e)
        total += (around - 2 * landscape.value(points)) / h**2
    return total


@CLAIMS.claim(
    "6.8",
    "In a sum of waves the eigenvalues shift with the height: where the landscape is higher by 1, the "
    "eigenvalues are lower by c on average. Here c is the mean of kᵢ² over the waves.",
    verdict="holds when the coefficients of the waves are random with equal variances; in a single "
    "landscape the shift differs a little from c",
    source="Derived in the lesson; measured on all critical points of 30 landscapes",
    breakers=[{"power": 1}, {"shuffled": True}],
)
def height_shifts_the_eigenvalues(power=2, shuffled=False):
    """Compare c with a slope at random places, by differences, and with the slope at critical points."""
    rng, off, at_critical = np.random.default_rng(0), [], []
    for d in DIMENSIONS:
        c = float((np.abs(landscapes.modes(d)) ** power).mean())
        if power == 1:  # the slip of forgetting one of the two factors k
            c = float(np.sqrt((landscapes.modes(d) ** 2).sum(axis=1)).mean() / d)
        height, mean = [], []
        for seed in range(40):
            landscape = landscapes.random_trigonometric(d, np.random.default_rng([seed, 7]))
            points = landscape.random_points(50, seed)
            height.append(landscape.value(points))
            mean.append(laplacian_by_differences(landscape, points) / d)
        height, mean = np.concatenate(height), np.concatenate(mean)
        off.append(-(height @ mean) / (height @ height) / c - 1)
        for one, curvature in experiments.recorded_means(d):
            one = rng.permutation(one) if shuffled else one
            at_critical.append(-(one @ curvature) / (one @ one) / c)
    worst = max(abs(x) for x in off)
    return Evidence(
        bool(worst < 0.1 and abs(np.mean(at_critical) - 1) < 0.1 and min(at_critical) > 0.5),
        f"At random places, for d = 2 to 6, the shift for each unit of height agrees with c within "
        f"{worst:.0%}. At the critical points of {len(at_critical)} landscapes it is "
        f"{np.mean(at_critical):.2f} c on average. In single landscapes it lies between "
        f"{min(at_critical):.1f} c and {max(at_critical):.1f} c.",
    )


@CLAIMS.claim(
    "6.9",
    "The shift and the weight together predict how common each index is among critical points, and the "
    "mean index at each height.",
    verdict="holds when the landscape is a sum of random waves with equal variances, in 2 to 6 dimensions",
    source="Kac and Rice, applied to waves; recorded critical points",
    breakers=[{"shift": 0.0}, {"weighted": False}],
)
def counts_from_waves(shift=1.0, weighted=True):
    """Compare minima and maxima with Kac and Rice, and the index with the prediction by height."""
    z, bias, words = [], [], []
    for d in DIMENSIONS:
        found = experiments.recorded_landscapes(d)
        index = np.concatenate([one for one, _ in found])
        height = np.concatenate([one for _, one in found])
        share = 2 * experiments.predicted_shares(d, shift, weighted)[0]
        extrema, expected = np.isin(index, (0, d)).sum(), share * index.size
        z.append((extrema - expected) / np.sqrt(expected + 1e-9))
        words.append(f"{extrema} ({expected:.0f})")
        predicted = experiments.predicted_index(d, height, shift, weighted)
        for side in (height < -1, height > 1):
            bias.append((index - predicted)[side].mean())
    return Evidence(
        bool(max(abs(x) for x in z) < 2.5 and max(abs(x) for x in bias) < 0.2),
        f"Minima and maxima found (predicted) for d = 2 … 6: {', '.join(words)}. At heights below −1 "
        f"and above 1 the mean index differs by at most {max(abs(x) for x in bias):.1f} from the prediction.",
    )


@CLAIMS.claim(
    "6.10",
    "Places where the gradient is small are not a fair sample of critical points: near each critical "
    "point their number is proportional to 1/|det H|, so the weight |det H| counts each point once.",
    source="Kac and Rice; derived in the lesson for one variable",
    breakers=[{"power": 0.0}, {"power": 2.0}],
)
def weight_counts_each_point_once(power=1.0, seeds=range(8)):
    """Sample places of two-dimensional landscapes; weigh those of small gradient by |det H|."""
    errors, plain = [], []
    for seed in seeds:
        landscape = landscapes.random_trigonometric(2, seed)
        found = experiments.all_critical_points(2, seed).found
        places = landscape.random_points(400_000, seed)
        g = landscape.gradient(places)
        near = places[np.linalg.norm(g, axis=1) < 0.05]
        H = landscape.hessian(near)
        weight = np.abs(np.linalg.det(H)) ** power
        saddle = np.linalg.det(H) < 0
        errors.append(weight[saddle].sum() / weight.sum() - np.mean(found.index == 1))
        plain.append(saddle.mean())
    worst = max(abs(e) for e in errors)
    return Evidence(
        bool(worst < 0.06),
        f"In {len(errors)} landscapes in the plane, half of the critical points are saddles. Of the "
        f"places with a small gradient, {min(plain):.0%} to {max(plain):.0%} are near a saddle. With the "
        f"weight, the share of saddles is off by at most {worst:.2f}.",
    )
