"""Exercises of lesson 08 on comparing runs: at which loss, over which seeds, inside which split."""

import numpy as np

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number, Vector


class _Letter(Choice):
    """A letter, with or without the brackets in which the question prints it."""

    def read(self, answer):
        """Return the letter."""
        return super().read(answer.strip(" ().") if isinstance(answer, str) else answer)


_LATER = Exercise(
    id="8.4",
    prompt="Run A: training loss 0.0099, λ₁ 0.31, trace 3.8. Run B: 0.0078, 0.26, 3.2 (cross-entropy). "
    "Did B's optimizer find a flatter region? Answer a, b, c or d.",
    kinds=(_Letter(("a", "b", "c", "d")),),
    solution="d",
    praise="These are measurements of one run, B taken some steps after A. The curvature of cross-entropy "
    "falls with the loss: compare at equal loss.",
    misconceptions=(
        Misconception(
            "takes smaller for flatter",
            "a",
            "Both are lower. What else differs between the rows, and what does that do to curvature by "
            "itself?",
        ),
        Misconception(
            "takes both losses for 0.01",
            "b",
            "0.0078 is 21 % below 0.0099, and the trace fell by 16 %. The two differences are of one size.",
        ),
        Misconception(
            "divides by the loss and stops there",
            "c",
            "That presumes that the trace is in proportion to the loss on this path. Which third "
            "measurement of A would tell?",
        ),
    ),
    hints=(
        "Look at all three columns.",
        "Train A a little longer. What happens to its loss, its λ₁ and its trace?",
    ),
)


def _factors(a, b):
    """Return how many standard errors the two intervals reach to each side."""
    return np.ptp(a) / 2 / 0.11, np.ptp(b) / 2 / 0.57


_ABSENT = Exercise(
    id="8.5",
    prompt="SAM against the baseline. Clean: −0.52, s.e. 0.11, 20 seeds. 20 % label noise: +0.04, s.e. "
    "0.57, 10 seeds. The two 95 % intervals, and: does label noise abolish the effect?",
    # Two decimals: another factor t must not pass for the right one.
    kinds=(Vector(2, rtol=0.0075), Vector(2, rtol=0.0045), Choice(("yes", "no", "cannot say"))),
    solution=((-0.75, -0.29), (-1.25, 1.33), "cannot say"),
    praise="The second interval holds 0, and it holds −0.52 as well. Not detected is not the same as "
    "absent.",
    misconceptions=(
        Misconception(
            "gives the upper end first",
            ((-0.29, -0.75), (1.33, -1.25), ANY),
            "The lower end of an interval comes first.",
            matches=lambda a, b, c: (a[0] > a[1] and a[0] < 0) or (b[0] > b[1] and b[1] < 0),
        ),
        Misconception(
            "gives the mean and the half-width",
            ((-0.52, 0.23), (0.04, 1.29), ANY),
            "Mean and half-width are there. The interval goes from one minus the other to one plus the "
            "other.",
        ),
        Misconception(
            "reads an interval around 0 as no effect",
            (ANY, ANY, "yes"),
            "Your second interval contains 0. Does it contain the effect on clean labels as well? What "
            "would you need to tell the two apart?",
        ),
        Misconception(
            "reads a wide interval as an effect",
            (ANY, ANY, "no"),
            "To say that the effect is still there you would need an interval without 0.",
        ),
        Misconception(
            "divides by √n once more",
            ((-0.571, -0.469), (-0.368, 0.448), ANY),
            "You divided by √n. This is the error of the mean already: do not divide again.",
            matches=lambda a, b, c: 0 < np.ptp(a) < 0.13,
        ),
        Misconception(
            "takes one standard error",
            ((-0.63, -0.41), (-0.53, 0.61), ANY),
            "One standard error to each side covers about two thirds. For 95 % the factor is about two, "
            "and it depends on the number of seeds.",
            matches=lambda a, b, c: min(_factors(a, b)) < 1.1,
        ),
        Misconception(
            "has an end that does not fit the mean",
            ((-0.75, -0.29), (-1.25, 1.31), ANY),
            "Halfway between its two ends an interval has the mean that was reported. One of yours has "
            "not: compute lower + upper for both.",
            matches=lambda a, b, c: max(abs(a.mean() + 0.52), abs(b.mean() - 0.04)) > 0.003,
        ),
        Misconception(
            "takes 1.96 or 2, as for very many seeds",
            ((-0.74, -0.30), (-1.08, 1.16), ANY),
            "1.96, or 2, is the factor for very many seeds. A standard error from 20 seeds is itself "
            "uncertain, one from 10 the more so: which factor t belongs to each?",
            matches=lambda a, b, c: min(_factors(a, b)) < 2.05,
        ),
        Misconception(
            "takes the factor of 20 seeds for 10",
            ((-0.75, -0.29), (-1.15, 1.23), ANY),
            "One factor for both. Ten seeds know their own spread less well than twenty: is their t "
            "larger or smaller?",
            matches=lambda a, b, c: 2.05 <= _factors(a, b)[1] < 2.15,
        ),
        Misconception(
            "takes the number of seeds for the degrees of freedom",
            ((-0.75, -0.29), (-1.23, 1.31), ANY),
            "You looked t up with n. The mean was taken from the same seeds, which costs one degree of "
            "freedom.",
            matches=lambda a, b, c: 2.2 < _factors(a, b)[1] < 2.24,
        ),
        Misconception(
            "slips in a half-width",
            ((-0.76, -0.28), (-1.25, 1.33), ANY),
            "The middles are right. Compute the half-widths anew, each its t times its own standard error, "
            "and round at the end.",
            matches=lambda a, b, c: True,
        ),
    ),
    hints=(
        "The interval is the mean ± t times its standard error.",
        "t for 95 %: 2.09 with 19 degrees of freedom, 2.26 with 9.",
        "−0.52 ± 2.09 × 0.11, and 0.04 ± 2.26 × 0.57.",
    ),
)


_LABORATORIES = Exercise(
    id="8.6",
    prompt="Sharpness 1, 2, 3 with errors 8, 9, 10 (split A) and 4, 5, 6 with 5, 6, 7 (split B): the "
    "correlation within A, within B, pooled; and which of them answers the question.",
    kinds=(
        Number(),
        Number(),
        Number(rtol=0.009),  # two decimals
        Choice(("within a split", "pooled")),
    ),
    solution=(1, 1, -0.543, "within a split"),
    praise="The pooled number mostly compares two splits: however many runs, it rests on two points. To "
    "say more about splits takes more splits.",
    misconceptions=(
        Misconception(
            "trusts the larger sample",
            (ANY, ANY, ANY, "pooled"),
            "You added runs, and with them a second cause: the splits differ in difficulty. Colour the "
            "points by split and look again.",
        ),
        Misconception(
            "expects the mean of the signs",
            (1, 1, 1, ANY),
            "Inside each split the points rise. Now plot all six: where does the second three lie beside "
            "the first?",
        ),
        Misconception(
            "lets the two cancel",
            (1, 1, 0, ANY),
            "Nothing cancels by itself. Compute it: the mean sharpness is 3.5, the mean error 7.5.",
        ),
        Misconception(
            "looks at the two centres only",
            (1, 1, -1, ANY),
            "Two points always lie on a line, and the centres of A and B lie on one that falls. All six "
            "points do not: inside each split they rise.",
        ),
        Misconception(
            "rounds on the way",
            (1, 1, -0.53, ANY),
            "Nearly. The second decimal is off: keep all digits until the last division.",
            matches=lambda a, b, pooled, where: 0.5 < -pooled < 0.6,
        ),
        Misconception(
            "reads the sign of the pooled number the wrong way",
            (1, 1, 0.543, ANY),
            "Right size. Does the error rise or fall from split A to the sharper split B?",
        ),
    ),
    hints=(
        "Within a split the points lie on a line that rises.",
        "Pooled: the products of the deviations sum to −9.5, the squared deviations to 17.5 each.",
    ),
)


EXERCISES = (_LATER, _ABSENT, _LABORATORIES)
