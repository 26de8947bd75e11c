"""Exercises of lesson 09, with the wrong answers that people give."""

from math import sqrt

from course_lib.lessons.lesson_09 import exercises_lanczos
from course_lib.lessons.lesson_09.exercises_hutchinson import WRITE_IT
from course_lib.lessons.lesson_09.exercises_products import PRODUCT
from course_lib.teaching import ANY, Exercise, Misconception, Number

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

EXERCISES = {
    e.id: e for e in (PRODUCT, _HOW_MANY, WRITE_IT, _ALL_PROBES, *exercises_lanczos.EXERCISES)
}
