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
    prompt="Two runs with cross-entropy. Run A ends with training loss 0.0099, λ₁ = 0.31 and trace 3.8, run "
    "B with training loss 0.0078, λ₁ = 0.26 and trace 3.2. Did the optimizer of run B find a flatter region? "
    "Answer a, b, c or d.",
    kinds=(_Letter(("a", "b", "c", "d")),),
    solution="d",
    praise="The two losses differ, and under cross-entropy the curvature falls with the loss. In fact, all "
    "these numbers were measured in one and the same run. Those of B were measured some steps later than "
    "those of A.",
    misconceptions=(
        Misconception(
            "takes smaller for flatter",
            "a",
            "λ₁ and the trace are both lower for B. What else is lower for B, and how does it change the "
            "curvature?",
        ),
        Misconception(
            "takes both losses for 0.01",
            "b",
            "0.0078 is 21 % less than 0.0099, and the trace is 16 % less. So the two differences are similar "
            "in size. Can one explain the other?",
        ),
        Misconception(
            "divides by the loss and stops there",
            "c",
            "You divided by the loss. That is right if the trace is proportional to the loss. Which further "
            "measurement in run A would tell whether it is?",
        ),
    ),
    hints=(
        "Look at all three numbers of each run.",
        "Imagine that run A goes on a little longer. What happens to its loss, its λ₁ and its trace?",
    ),
)


def _factors(a, b):
    """Return how many standard errors the two intervals reach to each side."""
    return np.ptp(a) / 2 / 0.11, np.ptp(b) / 2 / 0.57


_ABSENT = Exercise(
    id="8.6",
    prompt="SAM changes the test error by −0.52 points with right labels (standard error 0.11, 20 seeds) and "
    "by +0.04 points with 20 % wrong labels (standard error 0.57, 10 seeds). Give the two 95 % intervals. Do "
    "wrong labels abolish the effect?",
    # Two decimals: another factor t must not pass for the right one.
    kinds=(Vector(2, rtol=0.0075), Vector(2, rtol=0.0045), Choice(("yes", "no", "cannot say"))),
    solution=((-0.75, -0.29), (-1.25, 1.33), "cannot say"),
    praise="The second interval contains 0, but it also contains −0.52. Not detected is not the same as "
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
            "You gave the mean and the half-width. An interval is given by its two ends.",
        ),
        Misconception(
            "reads an interval around 0 as no effect",
            (ANY, ANY, "yes"),
            "The second interval contains 0. Does it also contain the effect that was found with right "
            "labels?",
        ),
        Misconception(
            "reads a wide interval as an effect",
            (ANY, ANY, "no"),
            "For “no” you would need a second interval that does not contain 0. Look at yours.",
        ),
        Misconception(
            "divides by √n once more",
            ((-0.571, -0.469), (-0.368, 0.448), ANY),
            "At least one of your intervals is too narrow by a factor of √n. A standard error of the mean "
            "already contains the division by √n.",
            matches=lambda a, b, c: 0 < np.ptp(a) < 0.13 or 0 < np.ptp(b) < 1.0,
        ),
        Misconception(
            "takes one standard error",
            ((-0.63, -0.41), (-0.53, 0.61), ANY),
            "One of your intervals reaches one standard error to each side. Such an interval contains the "
            "true value in only about two thirds of all experiments. What is the factor for 95 %?",
            matches=lambda a, b, c: min(_factors(a, b)) < 1.1,
        ),
        Misconception(
            "has an end that does not fit the mean",
            ((-0.75, -0.29), (-1.25, 1.31), ANY),
            "The mean lies halfway between the two ends of an interval. Check this for both of yours.",
            matches=lambda a, b, c: max(abs(a.mean() + 0.52), abs(b.mean() - 0.04)) > 0.003,
        ),
        Misconception(
            "takes 1.96 or 2, as for very many seeds",
            ((-0.74, -0.30), (-1.08, 1.16), ANY),
            "Your factor is about 2, which is right for very many seeds. The standard error from 10 or 20 "
            "seeds is itself uncertain. Which factor t belongs to each number of seeds?",
            matches=lambda a, b, c: min(_factors(a, b)) < 2.05,
        ),
        Misconception(
            "takes the factor of 20 seeds for 10",
            ((-0.75, -0.29), (-1.15, 1.23), ANY),
            "Your second interval uses the factor for 20 seeds. Is t larger or smaller for 10 seeds?",
            matches=lambda a, b, c: 2.05 <= _factors(a, b)[1] < 2.15,
        ),
        Misconception(
            "takes the number of seeds for the degrees of freedom",
            ((-0.75, -0.29), (-1.23, 1.31), ANY),
            "Your second factor belongs to 10 degrees of freedom. How many are there for 10 seeds?",
            matches=lambda a, b, c: 2.2 < _factors(a, b)[1] < 2.24,
        ),
        Misconception(
            "makes a slip in a half-width",
            ((-0.76, -0.28), (-1.25, 1.33), ANY),
            "The midpoints are right. Compute both half-widths again: each is t times its own standard "
            "error. Round only at the end.",
            matches=lambda a, b, c: True,
        ),
    ),
    hints=(
        "The interval is the mean ± t standard errors.",
        "t for 95 %: 2.09 with 19 degrees of freedom, 2.26 with 9.",
        "−0.52 ± 2.09 × 0.11, and 0.04 ± 2.26 × 0.57.",
    ),
)


_LABORATORIES = Exercise(
    id="8.7",
    prompt="In split A, networks of sharpness 1, 2, 3 have test errors 8, 9, 10. In split B, networks of "
    "sharpness 4, 5, 6 have test errors 5, 6, 7. Give the correlation within A, within B, and over all six "
    "points. Which of them tells you whether a sharper network of the same task makes more errors?",
    kinds=(
        Number(),
        Number(),
        Number(rtol=0.009),  # two decimals
        Choice(("within a split", "pooled")),
    ),
    solution=(1, 1, -0.543, "within a split"),
    praise="Here the rank correlations have the same values. The pooled number mostly compares two "
    "splits. However many networks each split has, a comparison of splits rests on two points.",
    misconceptions=(
        Misconception(
            "trusts the larger sample",
            (ANY, ANY, ANY, "pooled"),
            "Pooling adds networks, and it adds a second cause: the splits differ in difficulty. Colour the "
            "points by split and look again.",
        ),
        Misconception(
            "expects the mean of the signs",
            (1, 1, 1, ANY),
            "Within each split the points rise. Now plot all six. Where do the three points of B lie "
            "compared with those of A?",
        ),
        Misconception(
            "lets the two cancel",
            (1, 1, 0, ANY),
            "0 would mean that the points of A and B balance exactly. Compute it: the mean sharpness is 3.5, "
            "the mean error 7.5.",
        ),
        Misconception(
            "looks at the two centres only",
            (1, 1, -1, ANY),
            "−1 is the correlation of the two centres, which lie on a falling line. Do all six points lie on "
            "that line?",
        ),
        Misconception(
            "rounds on the way",
            (1, 1, -0.53, ANY),
            "The correlations within the splits are right. The pooled one is close, but not right to two "
            "decimals. Keep all digits until the last division.",
            matches=lambda a, b, pooled, where: (
                abs(a - 1) < 0.01 and abs(b - 1) < 0.01 and 0.495 < -pooled < 0.605
            ),
        ),
        Misconception(
            "reads the sign of the pooled number the wrong way",
            (1, 1, 0.543, ANY),
            "The size is right. Does the error rise or fall from split A to the sharper split B?",
        ),
        Misconception(
            "squares the correlation",
            (1, 1, 0.295, ANY),
            "0.29 is the square of the correlation, the share of the variance that a line explains. The "
            "question asks for the correlation.",
            matches=lambda a, b, pooled, where: abs(pooled - 0.295) < 0.01,
        ),
        Misconception(
            "stops at the sum of the products",
            (1, 1, -9.5, ANY),
            "−9.5 is the sum of the products of the deviations. What is it divided by to give a "
            "correlation?",
        ),
        Misconception(
            "goes beyond 1",
            (2, 2, ANY, ANY),
            "A correlation lies between −1 and 1. One of yours within a split does not.",
            matches=lambda a, b, pooled, where: max(abs(a), abs(b)) > 1.01,
        ),
        Misconception(
            "gets the sign within a split wrong",
            (-1, -1, ANY, ANY),
            "Within a split, list the points in the order of their sharpness. Do the errors rise or fall?",
            matches=lambda a, b, pooled, where: min(a, b) < -0.01,
        ),
        Misconception(
            "gives a weak correlation within a split",
            (0.5, 0.5, ANY, ANY),
            "Plot the three points of one split. Do they lie on a line? What is the correlation of points on "
            "a rising line?",
            matches=lambda a, b, pooled, where: min(a, b) < 0.99,
        ),
    ),
    hints=(
        "Within a split the points lie on a rising line.",
        "Over all six points the products of the deviations add up to −9.5, and the squared deviations add "
        "up to 17.5 for the sharpness and 17.5 for the error.",
    ),
)


EXERCISES = (_LATER, _ABSENT, _LABORATORIES)
