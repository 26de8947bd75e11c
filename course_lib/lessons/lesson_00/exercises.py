"""One exercise of each kind, to see how they answer."""

import numpy as np

from course_lib.teaching import Choice, Code, Direction, Exercise, Misconception, Number, Unreadable

_NUMBER = Exercise(
    id="0.1",
    prompt="What is the second derivative of f(x) = 3x²? Answer with a number.",
    kinds=(Number(),),
    solution=6,
    praise="The second derivative is 6 at every x: the curvature of a quadratic is the same everywhere.",
    misconceptions=(
        Misconception(
            "reads off the coefficient",
            3,
            "3 is the coefficient of x². Differentiate twice and watch which factor appears. Losing a "
            "factor of ½ or 2 is the most common slip in this subject.",
        ),
        Misconception(
            "drops the coefficient",
            2,
            "2 is the second derivative of x². What does the factor 3 in front of x² do to it?",
        ),
        Misconception(
            "takes the change of curvature",
            0,
            "0 is the third derivative. The curvature is the same everywhere, so it does not change. What "
            "is the curvature itself?",
        ),
        Misconception(
            "doubles once too often",
            12,
            "12 is the second derivative of 6x². What is the derivative of 3x²? Differentiate the result "
            "once more: what is the derivative of x?",
        ),
        Misconception(
            "squares the coefficient",
            9,
            "9 is 3². But in 3x², only x is squared. Write the function as 3·x·x, then differentiate it "
            "twice.",
        ),
        Misconception(
            "squares the coefficient, then differentiates",
            18,
            "18 is the second derivative of (3x)² = 9x². But in 3x², only x is squared.",
        ),
    ),
    hints=(
        "The derivative of x² is 2x.",
        "The derivative of 3x² is 3·2x. Differentiate it once more.",
    ),
)

_CHOICE = Exercise(
    id="0.2",
    prompt='Which sentence does the claim allow you to repeat: "a", "b", "c" or "d"?',
    kinds=(Choice(("a", "b", "c", "d")),),
    solution="b",
    praise="This sentence names the condition and the size of the effect, and it claims nothing more.",
    misconceptions=(
        Misconception(
            "drops the condition",
            "a",
            "This would be right if the claim held for all networks and all labels. What does its verdict "
            "say after “when”, and on which network was S tested?",
        ),
        Misconception(
            "wants all or nothing",
            "c",
            "A verdict “holds when” rests on evidence, too. What does −0.5 ± 0.1 allow you to say, and "
            "about which network?",
        ),
        Misconception(
            "takes the error of the mean for the spread of the runs",
            "d",
            "0.1 is the standard error of the mean over 20 runs. It describes the mean and not a single "
            "run. Single runs scatter about √20 times as much.",
        ),
    ),
    hints=("Look for the sentence that says where the effect was measured and how large it was.",),
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


def _variance_of_a_sample(v):
    return v.var(ddof=1)


def _half_mean_square(v):
    return 0.5 * (v**2).mean()


def _by_one_less(v):
    return (v**2).sum() / (len(v) - 1)


def _squares(v):
    return v**2


def _bits(v):
    return v ^ 2


def _mean_of_bits(v):
    return (v ^ 2).mean()


_POWER = (
    "In Python, `^` does not mean “to the power of”. It compares two whole numbers bit by bit, and it "
    "refuses fractions. Which sign raises a number to a power?"
)

_SUBTRACTS = (
    "That is the variance, for which you subtract the mean from every entry before you square. In this "
    "exercise, you subtract nothing."
)

_CODE = Exercise(
    id="0.3",
    prompt="Write mean_square(v): the mean of the squares of the entries of v.",
    # Whole numbers: on these `v^2` runs, so that its result can be met.
    kinds=(Code("mean_square", ((np.array([3, -4]),), (np.array([1, 2, 2, -1]),))),),
    solution=_mean_square,
    praise="You squared first and then averaged. The order matters.",
    misconceptions=(
        Misconception(
            "sums instead of averaging",
            _sum_of_squares,
            "That is the sum of the squares. In this course a loss is a mean, so that it does not grow "
            "with the number of examples.",
        ),
        Misconception(
            "takes the root",
            _root_mean_square,
            "That is the root of the mean square, called the root mean square. The exercise asks for the "
            "value before the root is taken.",
        ),
        Misconception(
            "averages first",
            _square_of_mean,
            "That is the square of the mean, which you get if you average first. The mean of the squares "
            "is larger. The difference between the two is called the variance.",
        ),
        Misconception(
            "takes the variance",
            _variance,
            _SUBTRACTS,
        ),
        Misconception(
            "takes the variance with n − 1",
            _variance_of_a_sample,
            f"{_SUBTRACTS} You also divided by one less than the number of entries. Here you divide by "
            "their number.",
        ),
        Misconception(
            "puts a ½ in front",
            _half_mean_square,
            "That is half the mean of the squares. Many losses have this ½, but this exercise asks for the "
            "mean without it.",
        ),
        Misconception(
            "divides by n − 1",
            _by_one_less,
            "You divided by one less than the number of entries. That is right for a variance, where the "
            "mean was computed from the same entries and subtracted. Here nothing is subtracted.",
        ),
        Misconception(
            "squares and stops",
            _squares,
            "You squared every entry, and that is the right first step. But you return as many numbers as "
            "v has entries. What turns them into one number?",
        ),
        Misconception("writes ^ for a power", _mean_of_bits, _POWER),
        Misconception(
            "writes ^ for a power and does not average",
            _bits,
            f"{_POWER} You also return as many numbers as v has entries. What turns them into one number?",
        ),
    ),
    hints=("`v**2` squares every entry of an array. `.mean()` gives the mean of the entries.",),
)


class _Direction(Direction):
    """A direction, with a reply to a reader who gives its angle."""

    def read(self, answer):
        """Return an array of shape (2,)."""
        try:
            angle = float(answer)
        except (TypeError, ValueError):
            return super().read(answer)
        for unit, right in (("degrees", 53.13), ("radians", 0.9273)):
            if abs(angle / right - 1) < 0.01:
                raise Unreadable(
                    f"That is the angle between (3, 4) and the first axis, in {unit}. It describes the "
                    "direction with one number. This exercise asks for two numbers: the entries of the "
                    "vector of length 1 that points this way."
                )
        return super().read(answer)


_DIRECTION = Exercise(
    id="0.4",
    prompt="What is the direction of (3, 4), written as a vector of length 1? Answer with two numbers "
    "in brackets.",
    kinds=(_Direction(2),),
    solution=(0.6, 0.8),
    praise="The length of (0.6, 0.8) is 1, since 0.6² + 0.8² = 1. The opposite vector counts as right, too, "
    "because a function has the same curvature in both directions.",
    misconceptions=(
        Misconception(
            "does not normalize",
            (3.0, 4.0),
            "Your vector points the right way, but its length is 5. How do you make the length 1?",
        ),
        Misconception(
            "divides by the sum",
            (3 / 7, 4 / 7),
            "Your entries add up to 1. A vector has length 1 when the squares of its entries add up to 1.",
        ),
        Misconception(
            "divides by the largest entry",
            (0.75, 1.0),
            "Your largest entry is 1, but your vector has length 1.25. What is the length of (3, 4)?",
        ),
        Misconception(
            "divides by the smallest entry",
            (1.0, 4 / 3),
            "Your smallest entry is 1, but your vector has length 5/3. What is the length of (3, 4)?",
        ),
        Misconception(
            "divides by the squared length",
            (0.12, 0.16),
            "You divided by 25, which is the squared length. Take its root first.",
        ),
        Misconception(
            "swaps the entries",
            (0.8, 0.6),
            "Your vector has the right length, but it points along (4, 3). Which entry of (3, 4) is "
            "larger?",
        ),
        Misconception(
            "flips one sign",
            (0.6, -0.8),
            "Your vector has the right length, but it points along (3, −4), which is the mirror image of "
            "(3, 4) in the first axis. You may change the signs of both entries, but not of only one.",
        ),
        Misconception(
            "turns by a right angle",
            (-0.8, 0.6),
            "Your vector has the right length, but it is at a right angle to (3, 4): the dot product of "
            "the two is 0. What signs do the entries of (3, 4) have, and which entry is larger?",
        ),
    ),
    hints=("Divide the vector by its length.", "The length is √(3² + 4²)."),
)

EXERCISES = (_NUMBER, _CHOICE, _CODE, _DIRECTION)
