"""The mixed problem of lesson 00: from eight pairs of runs to a standard error and three verdicts."""

import numpy as np

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

# Test errors in per cent, seed by seed; the notebook shows the same numbers.
BASELINE = (8.1, 9.4, 7.2, 10.3, 8.8, 7.9, 9.9, 8.4)
METHOD = (7.9, 8.7, 6.8, 9.8, 8.7, 7.3, 9.6, 8.0)
_GAIN = np.subtract(METHOD, BASELINE)  # mean −0.40, standard deviation 0.20
_STDERR = float(_GAIN.std(ddof=1) / np.sqrt(8))
_UNPAIRED = float(np.hypot(np.std(BASELINE, ddof=1), np.std(METHOD, ddof=1)) / np.sqrt(8))
_ERROR = Number(rtol=0.02)  # 0.07 is right, too
_VERDICT = Choice(("holds", "false as stated", "not settled here", "opinion"))


def _has_opinion(_stderr, *verdicts):
    return "opinion" in verdicts


_MIXED = Exercise(
    id="0.5",
    prompt="What is the standard error of the mean change in these eight pairs of runs, and which "
    "verdicts do the three statements get?",
    kinds=(_ERROR, _VERDICT, _VERDICT, _VERDICT),
    solution=(_STDERR, "holds", "not settled here", "false as stated"),
    praise="The mean change is −0.40 ± 0.07 (s.e.), and the 95 % interval goes from −0.54 to −0.26. (With "
    "Student's factor for eight pairs, 2.36, it goes from −0.57 to −0.23.) The whole interval lies below "
    "0, so (i) holds. It contains −0.5, so (ii) is not settled. The whole interval lies above −1, so "
    "(iii) is false.",
    misconceptions=(
        Misconception(
            "treats the pairs as two separate groups",
            (_UNPAIRED, ANY, ANY, ANY),
            "Your standard error is right for two groups that have no seeds in common. Here each baseline "
            "run has a partner with the same seed. What part of the luck cancels if you "
            "subtract seed by seed first?",
            matches=lambda stderr, *verdicts: abs(stderr - _UNPAIRED) < 0.03,  # 0.5, too
        ),
        Misconception(
            "gives the standard error of one method",
            (0.37, ANY, ANY, ANY),
            "That is the standard error of the mean test error of one method. The question is about the mean "
            "change. Which eight numbers have the mean change as their mean?",
        ),
        Misconception(
            "gives the spread of single differences",
            (0.2, ANY, ANY, ANY),
            "That is the standard deviation: the typical distance of one difference from the mean. What is "
            "the typical distance of the mean of eight differences from the true value?",
        ),
        Misconception(
            "divides by n",
            (0.2 / 8, ANY, ANY, ANY),
            "That is s/8. But the mean of eight results has an eighth of the *variance* of one result. By "
            "which number is the standard deviation divided if the variance is divided by 8?",
        ),
        Misconception(
            "stops at the variance of the mean",
            (0.04 / 8, ANY, ANY, ANY),
            "That is s²/8, the variance of the mean. A standard error has the same unit as the measurement. "
            "How do you get from the variance to this unit?",
        ),
        Misconception(
            "uses the standard deviation of a whole population",
            (_STDERR * np.sqrt(7 / 8), ANY, ANY, ANY),
            "Here s was computed with a division by n, which `np.std` does unless you write `ddof=1`. That "
            "is right if the true mean is known. Here the mean was computed from the same eight numbers, so "
            "divide by n − 1.",
        ),
        Misconception(
            "gives half the width of the interval",
            (2 * _STDERR, ANY, ANY, ANY),
            "That is two standard errors, or half the width of the interval. The question asks for one "
            "standard error.",
        ),
        Misconception(
            "gives Student's half width",
            (2.3646 * _STDERR, ANY, ANY, ANY),
            "That is half the width of the 95 % interval, with Student's factor. The question asks for the "
            "standard error, without a factor.",
        ),
        Misconception(
            "gives another standard error",
            (0.1, ANY, ANY, ANY),
            "Begin with the standard error, because the verdicts follow from it. Yours is not that of the "
            "mean change. Subtract seed by seed. What is the standard error of the mean of the eight "
            "differences?",
            matches=lambda stderr, *verdicts: not _fine(stderr),
        ),
        Misconception(
            "calls what can be measured an opinion",
            (ANY, "opinion", ANY, ANY),
            "Your standard error is right. “Opinion” is for a statement that no measurement can test. But "
            "each of these three is a statement about the test error. Can the test error be measured?",
            matches=_has_opinion,
        ),
        Misconception(
            "finds no effect at all in (i)",
            (ANY, "not settled here", ANY, ANY),
            "For (i), “not settled here” would be right if the interval contained 0. Compute −0.4 ± 2 "
            "standard errors. Does this interval contain 0?",
        ),
        Misconception(
            "reads the sign of (i) backwards",
            (ANY, "false as stated", ANY, ANY),
            "For (i), “false as stated” would be right if the interval lay above 0. Each difference is S "
            "minus baseline. What does a negative difference say about the error of S?",
        ),
        Misconception(
            "takes the mean for the truth in (ii)",
            (ANY, ANY, "false as stated", ANY),
            "For (ii), “false as stated” would be right if the whole interval lay above −0.5. The mean, "
            "−0.4, does lie above it. Where is the lower end of the interval?",
        ),
        Misconception(
            "takes the lower end for the truth in (ii)",
            (ANY, ANY, "holds", ANY),
            "For (ii), “holds” would be right if the whole interval lay below −0.5. Where is the upper end "
            "of the interval?",
        ),
        Misconception(
            "leaves (iii) open",
            (ANY, ANY, ANY, "not settled here"),
            "For (iii), “not settled here” would be right if the interval contained −1. Where is the lower "
            "end of the interval?",
        ),
        Misconception(
            "takes (iii) for true",
            (ANY, ANY, ANY, "holds"),
            "For (iii), “holds” would be right if the whole interval lay below −1. On which side of −1 does "
            "it lie?",
        ),
    ),
    hints=(
        "Subtract first: `d = method - baseline` holds the eight differences. The standard error is "
        "`d.std(ddof=1)` divided by the square root of the number of differences.",
        "Draw the interval mean ± 2 standard errors on a line, and mark 0, −0.5 and −1.",
        "A statement holds if the whole interval agrees with it. It is false if the whole interval "
        "contradicts it.",
    ),
)


def _fine(stderr):
    return _ERROR.same(stderr, _STDERR)


EXERCISES = (_MIXED,)
