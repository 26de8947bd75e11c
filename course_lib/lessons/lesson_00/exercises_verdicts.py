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
    prompt="Eight pairs of runs. What is the standard error of the mean difference, and which verdicts "
    "do the three statements get?",
    kinds=(_ERROR, _VERDICT, _VERDICT, _VERDICT),
    solution=(_STDERR, "holds", "not settled here", "false as stated"),
    praise="−0.40 ± 0.07, an interval of about −0.54 to −0.26 (with Student's factor for eight pairs, 2.36: "
    "−0.57 to −0.23). It lies below 0 as a whole, contains −0.5, and lies above −1 as a whole.",
    misconceptions=(
        Misconception(
            "treats the pairs as two separate groups",
            (_UNPAIRED, ANY, ANY, ANY),
            "Your standard error is right for two groups that have no seeds in common. Here run k of both "
            "methods shares a seed. Subtract pair by pair first: which luck drops out?",
        ),
        Misconception(
            "gives the spread of single differences",
            (0.2, ANY, ANY, ANY),
            "That is the standard deviation: the typical distance of one difference from the mean. How "
            "far is the mean of eight typically from the true value?",
        ),
        Misconception(
            "divides by n",
            (0.2 / 8, ANY, ANY, ANY),
            "That is s/8. Independent errors add up through their variances. Dividing the variance by 8 "
            "divides the standard deviation by which number?",
        ),
        Misconception(
            "stops at the variance of the mean",
            (0.04 / 8, ANY, ANY, ANY),
            "That is s²/8, the variance of the mean. A standard error has the unit of the measurement: "
            "take the root.",
        ),
        Misconception(
            "uses the standard deviation of a whole population",
            (_STDERR * np.sqrt(7 / 8), ANY, ANY, ANY),
            "`np.std` divides by n unless you write `ddof=1`. That is right when the mean is known. Here "
            "the mean was computed from the same eight numbers, so divide by n − 1.",
        ),
        Misconception(
            "gives half the width of the interval",
            (2 * _STDERR, ANY, ANY, ANY),
            "That is two standard errors, half the width of the interval. The first answer is one of them.",
        ),
        Misconception(
            "gives Student's half width",
            (2.3646 * _STDERR, ANY, ANY, ANY),
            "That is half the width of the 95 % interval, with Student's factor. The first answer is the "
            "standard error alone.",
        ),
        Misconception(
            "calls what can be measured an opinion",
            (ANY, "opinion", ANY, ANY),
            "Your standard error is fine. “Opinion” is for a statement that no measurement can test. "
            "Each of these three names a size, and the test error can be measured.",
            matches=lambda stderr, *verdicts: _fine(stderr) and _has_opinion(stderr, *verdicts),
        ),
        Misconception(
            "finds no effect at all in (i)",
            (ANY, "not settled here", ANY, ANY),
            "For (i), “not settled here” would be right if the interval contained 0. Compute −0.4 ± 2 "
            "standard errors: does it?",
        ),
        Misconception(
            "reads the sign of (i) backwards",
            (ANY, "false as stated", ANY, ANY),
            "For (i), “false as stated” would be right if the interval lay above 0. The difference is "
            "S minus baseline: what does a negative one say about the error of S?",
        ),
        Misconception(
            "takes the mean for the truth in (ii)",
            (ANY, ANY, "false as stated", ANY),
            "For (ii), “false as stated” would be right if the whole interval lay above −0.5. The mean "
            "does, at −0.4. Where is the lower end of the interval?",
        ),
        Misconception(
            "takes the lower end for the truth in (ii)",
            (ANY, ANY, "holds", ANY),
            "For (ii), “holds” would be right if the whole interval lay below −0.5. Where is its upper end?",
        ),
        Misconception(
            "leaves (iii) open",
            (ANY, ANY, ANY, "not settled here"),
            "For (iii), “not settled here” would be right if the interval reached down to −1. Where does it "
            "end?",
        ),
        Misconception(
            "takes (iii) for true",
            (ANY, ANY, ANY, "holds"),
            "For (iii), “holds” would be right if the whole interval lay below −1. Is it?",
        ),
    ),
    hints=(
        "Subtract first: `d = method - baseline` holds eight differences. The standard error is "
        "`d.std(ddof=1)` divided by the root of their number.",
        "Draw the interval mean ± 2 standard errors on a line, and mark 0, −0.5 and −1.",
        "A statement holds if the whole interval agrees with it. It is false if the whole interval "
        "contradicts it.",
    ),
)


def _fine(stderr):
    return _ERROR.same(stderr, _STDERR)


EXERCISES = (_MIXED,)
