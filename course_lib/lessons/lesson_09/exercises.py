"""Exercises of lesson 09 that a few numbers answer, with the wrong answers that people give."""

from math import sqrt

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_HOW_MANY = Exercise(
    id="9.2",
    prompt="One probe has a standard deviation of 40 % of the trace. How many probes for a standard "
    "error of 1 %?",
    kinds=(Number(rtol=1e-6),),
    solution=1600,
    praise="40² = 1600, whatever the size of the network: that is the good and the bad news.",
    misconceptions=(
        Misconception(
            "lets the error fall like 1/m",
            40,
            "With 40 probes the error is 40 %/√40 = 6.3 %. Four times the probes halve it.",
        ),
        Misconception(
            "aims at ten per cent",
            16,
            "With 16 probes the error is 40 %/√16 = 10 %. It must be ten times smaller still.",
        ),
        Misconception(
            "takes the interval for the standard error",
            6400,
            "That makes the standard error 0.5 %: it is the 95 % interval that then reaches 1 % to "
            "each side. Asked is a standard error of 1 %.",
        ),
        Misconception(
            "takes the root the wrong way round",
            6.3,
            "You took the root of 40. It is √m that must be 40.",
            matches=lambda m: 5.9 < m < 7.1,
        ),
        Misconception(
            "counts from the variance in per cent",
            160000,
            "That would be for an error of 0.1 %. Check: 40 %/√160000.",
        ),
    ),
    hints=("The standard error of m probes is 40 %/√m.", "√m must be 40."),
)

_ALL_PROBES = Exercise(
    id="9.4",
    prompt="A = [[2, 1], [1, 3]]: mean and variance of vᵀAv over all Rademacher probes; then the "
    "variance for Gaussian probes.",
    kinds=(Number(), Number(), Number()),
    solution=(5, 4, 30),
    praise="7 and 3, each half of the time. The diagonal is never in doubt for signs: 2(‖A‖²_F − Σaᵢᵢ²) = "
    "4, against 2‖A‖²_F = 30.",
    misconceptions=(
        Misconception(
            "counts the cross term once",
            (5, 1, 30),
            "That is the variance if a₁₂v₁v₂ appeared once. It appears twice, once for each side of the "
            "diagonal.",
            matches=lambda mean, signs, gauss: abs(signs - 1) < 0.01,
        ),
        Misconception(
            "gives the standard deviation",
            (5, 2, ANY),
            "That is how far each value lies from the mean, the standard deviation. Asked is the variance.",
        ),
        Misconception(
            "swaps the two variances",
            (5, 30, 4),
            "Right numbers, the last two in each other's place. Which kind of probe has vᵢ² = 1?",
        ),
        Misconception(
            "gives the Gaussian standard deviation",
            (5, 4, sqrt(30)),
            "The first two are right. The third is a standard deviation: asked is the variance, as in "
            "the second.",
        ),
        Misconception(
            "forgets the factor 2",
            (5, 4, 15),
            "15 is the sum of all squared entries. By the law of the variance, how often does it count?",
        ),
        Misconception(
            "counts the diagonal as noise",
            (5, 30, 30),
            "vᵢ² = 1 for every Rademacher probe: what can the diagonal contribute to the scatter?",
            matches=lambda mean, signs, gauss: abs(signs - 30) < 0.3,
        ),
        Misconception(
            "thinks that E[vvᵀ] = I fixes the variance",
            (5, 4, 4),
            "E[vvᵀ] = I fixes the mean. The variance needs fourth moments: what does vᵢ² do if v is "
            "Gaussian?",
        ),
        Misconception(
            "divides by one case less",
            (5, 16 / 3, 30),
            "You divided by 3, as for a sample. These four cases are all there are: divide by 4.",
            matches=lambda mean, signs, gauss: abs(signs - 16 / 3) < 0.05,
        ),
        Misconception(
            "averages the diagonal",
            (2.5, 4, 30),
            "2.5 is tr/n, the average curvature: that belongs to probes of length 1. These have length √2.",
            matches=lambda mean, signs, gauss: abs(mean - 2.5) < 0.03,
        ),
    ),
    hints=(
        "There are four probes: (±1, ±1). Write vᵀAv for each.",
        "vᵀAv = 2v₁² + 3v₂² + 2v₁v₂, and the squares are 1.",
        "For a Gaussian probe and a symmetric matrix the variance is twice the sum of all squared entries.",
    ),
)

_BY_HAND = Exercise(
    id="9.5",
    prompt="A = diag(1, 2, 3), start (1, 1, 1)/√3, two steps of Lanczos: the entry of T beside its "
    "diagonal; the larger Ritz value; its weight; the highest power k for which Σ weight·θᵏ is exact.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(sqrt(2 / 3), 2 + sqrt(2 / 3), 0.5, 3),
    praise="T = [[2, 0.816], [0.816, 2]]. Two nodes match the moments 1, 2, 14/3 and 12; at k = 4 they "
    "give 32.44 where 32.67 is right.",
    misconceptions=(
        Misconception(
            "forgets the root",
            (2 / 3, 2 + 2 / 3, ANY, ANY),
            "2/3 is the squared length of the residual. The vector is divided by its length, and that "
            "length is what stands in T.",
            matches=lambda beside, theta, weight, k: abs(beside - 2 / 3) < 0.007,
        ),
        Misconception(
            "keeps a minus sign",
            (-sqrt(2 / 3), ANY, ANY, ANY),
            "Right size. But what stands beside the diagonal is the length of a vector: can it be "
            "negative?",
        ),
        Misconception(
            "takes Ritz values for eigenvalues",
            (ANY, 3, ANY, ANY),
            "3 is an eigenvalue of A. Two steps see the spectrum through a keyhole: the Ritz values lie "
            "inside [1, 3]. Compute the eigenvalues of your T.",
        ),
        Misconception(
            "takes the smaller Ritz value",
            (ANY, 2 - sqrt(2 / 3), ANY, ANY),
            "That is the smaller of the two. Descending order: the larger comes first.",
        ),
        Misconception(
            "does not square the entry",
            (ANY, ANY, sqrt(0.5), ANY),
            "That is the first entry of T's eigenvector. The weight is its square, so that all weights "
            "sum to 1.",
            matches=lambda beside, theta, weight, k: abs(weight - sqrt(0.5)) < 0.01,
        ),
        Misconception(
            "shares the weight among the eigenvalues",
            (ANY, ANY, 1 / 3, ANY),
            "1/3 is what each of the three eigenvalues weighs, seen from the start. After two steps "
            "there are two nodes, and their weights sum to 1.",
        ),
        Misconception(
            "thinks that m nodes match m powers",
            (ANY, ANY, ANY, 2),
            "Two nodes and two weights are four free numbers. How many moments, from k = 0 on, can they "
            "match?",
        ),
        Misconception(
            "counts from one",
            (ANY, ANY, ANY, 4),
            "Four free numbers match four moments. The first of them is k = 0: the weights sum to 1.",
        ),
        Misconception(
            "counts 2m + 1",
            (ANY, ANY, ANY, 5),
            "The powers from 0 to 5 are six conditions. How many free numbers do two nodes and two "
            "weights have?",
        ),
    ),
    hints=(
        "v₁ = (1, 1, 1)/√3, so Av₁ = (1, 2, 3)/√3. T₁₁ = v₁ᵀAv₁ is the mean of 1, 2 and 3.",
        "The residual Av₁ − T₁₁v₁ = (−1, 0, 1)/√3 has the length that stands beside the diagonal.",
        "v₂ = (−1, 0, 1)/√2, and T₂₂ = v₂ᵀAv₂. The eigenvectors of [[a, b], [b, a]] are (1, ±1)/√2.",
    ),
)


_COPIES = Exercise(
    id="9.7",
    prompt="Lanczos from one start vector, 200 steps, no reorthogonalization: 10.000 is reported four "
    "times, each time converged. What do you know about the multiplicity of the eigenvalue 10?",
    kinds=(Choice(("it is 4", "it is 1", "it is at least 1", "nothing: H is not symmetric")),),
    solution="it is at least 1",
    praise="In exact arithmetic one start vector meets each distinct eigenvalue once, whatever its "
    "multiplicity. The copies are rounding.",
    misconceptions=(
        Misconception(
            "takes copies for multiplicity",
            "it is 4",
            "Even for the identity matrix a Krylov space holds the eigenvalue once. Where could four "
            "come from?",
        ),
        Misconception(
            "concludes that it is simple",
            "it is 1",
            "A single start vector cannot see multiplicity at all. What could? (A second start, or a "
            "block.)",
        ),
        Misconception(
            "blames asymmetry",
            "nothing: H is not symmetric",
            "Asymmetry would show in uᵀHv against vᵀHu. Copies of λ₁ appear with every symmetric matrix, "
            "once λ₁ has converged.",
        ),
    ),
    hints=(
        "Run it on the identity matrix, in your head: what is v, Av, A²v?",
        "The start vector has one component in the whole eigenspace of 10.",
    ),
)

EXERCISES = (_HOW_MANY, _ALL_PROBES, _BY_HAND, _COPIES)
