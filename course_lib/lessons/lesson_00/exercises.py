"""One exercise of each kind, to see how they answer."""

import numpy as np

from course_lib.teaching import Choice, Code, Direction, Exercise, Misconception, Number

_NUMBER = Exercise(
    id="0.1",
    prompt="The second derivative of f(x) = 3x², a number.",
    kinds=(Number(),),
    solution=6,
    praise="The same everywhere: a quadratic has one curvature.",
    misconceptions=(
        Misconception(
            "reads off the coefficient",
            3,
            "3 is the coefficient a in a·x². Differentiate twice and watch a factor appear: a lost ½ or 2 "
            "is the commonest slip in this subject.",
        ),
        Misconception(
            "drops the coefficient",
            2,
            "That is the second derivative of x². What does the factor in front do?",
        ),
        Misconception(
            "takes the change of curvature",
            0,
            "The change of the curvature is 0, since it is the same everywhere. What is the curvature?",
        ),
        Misconception(
            "doubles once too often",
            12,
            "One factor 2 comes from x² when you differentiate once. The second time, x becomes 1: no "
            "factor comes out.",
        ),
    ),
    hints=("The slope of x² is 2x.", "The slope of 3x² is 3·2x. Differentiate it once more."),
)

_CHOICE = Exercise(
    id="0.2",
    prompt='Which sentence may you repeat: "a", "b", "c" or "d"?',
    kinds=(Choice(("a", "b", "c", "d")),),
    solution="b",
    praise="The condition, the size, and no more than that.",
    misconceptions=(
        Misconception(
            "drops the condition",
            "a",
            "You kept the statement and lost the “when”. Which network, which labels, how many seeds?",
        ),
        Misconception(
            "wants all or nothing",
            "c",
            "“Holds when” is still evidence. What does −0.5 ± 0.1 allow you to say, and about which "
            "network?",
        ),
        Misconception(
            "takes the error of the mean for the spread of the runs",
            "d",
            "0.1 is the standard error of the mean over 20 seeds. Single runs scatter by about √20 times "
            "as much.",
        ),
    ),
    hints=("Look for the sentence that says where it was seen, and how much.",),
)


def _mean_square(v):
    return (v**2).mean()


def _sum_of_squares(v):
    return (v**2).sum()


def _root_mean_square(v):
    return np.sqrt((v**2).mean())


def _square_of_mean(v):
    return v.mean() ** 2


def _variance(v):
    return v.var()


def _half_mean_square(v):
    return 0.5 * (v**2).mean()


_CODE = Exercise(
    id="0.3",
    prompt="Write mean_square(v): the mean of the squares of the entries of v.",
    kinds=(Code("mean_square", ((np.array([3.0, -4.0]),), (np.array([1.0, 2.0, 2.0, -1.0]),))),),
    solution=_mean_square,
    praise="Square first, then average.",
    misconceptions=(
        Misconception(
            "sums for a mean",
            _sum_of_squares,
            "That is the sum. In this course a loss is a mean, so that it does not grow with the data.",
        ),
        Misconception(
            "takes the root",
            _root_mean_square,
            "That is the root of it, the root mean square: one operation too many.",
        ),
        Misconception(
            "averages first",
            _square_of_mean,
            "You averaged first and squared then. The two differ; the difference has a name, the variance.",
        ),
        Misconception(
            "takes the variance",
            _variance,
            "That is the variance: the mean was taken off before squaring. Here nothing is taken off.",
        ),
        Misconception(
            "puts a ½ in front",
            _half_mean_square,
            "Half of it, as in a squared-error loss. This time without the ½.",
        ),
    ),
    hints=("`v**2` squares every entry of an array; `.mean()` averages.",),
)

_DIRECTION = Exercise(
    id="0.4",
    prompt="The direction of (3, 4) as a vector of length 1: two numbers in brackets.",
    kinds=(Direction(2),),
    solution=(0.6, 0.8),
    praise="3² + 4² = 5². A direction and its opposite count as the same: the curvature is.",
    misconceptions=(
        Misconception(
            "does not normalise",
            (3.0, 4.0),
            "It points the right way, and it is 5 long. Make it 1 long.",
        ),
        Misconception(
            "divides by the sum",
            (3 / 7, 4 / 7),
            "Your entries add up to 1. A vector has length 1 when its squares do.",
        ),
        Misconception(
            "divides by the squared length",
            (0.12, 0.16),
            "You divided by 25, the squared length. Take its root first.",
        ),
        Misconception(
            "swaps the entries", (0.8, 0.6), "The length is right. Which entry was the larger one?"
        ),
        Misconception(
            "turns by a right angle",
            (-0.8, 0.6),
            "The length is right, but this one is at a right angle to (3, 4): the dot product is 0.",
        ),
    ),
    hints=("Divide the vector by its length.", "The length is √(3² + 4²)."),
)

EXERCISES = (_NUMBER, _CHOICE, _CODE, _DIRECTION)
