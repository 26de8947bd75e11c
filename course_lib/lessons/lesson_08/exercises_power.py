"""Exercises of lesson 08 on how many seeds it takes, and on new numbers for all of it."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number


class _Seeds(Number):
    """A number of seeds: anything from the unrounded result to the exact number, with t, is right."""

    def same(self, a, b):
        """Return whether `a` is `b`, before it was rounded up or with t."""
        return 0.979 * b <= a <= 1.07 * b


# The rule of the lesson: 2 standard errors are detected in about half of the experiments, 2.8 in 80 %.
_SEEDS = Exercise(
    id="8.5",
    prompt="A paired difference scatters by 0.75 points from seed to seed. The true effect is 0.3 points. "
    "What is the standard error of the mean with 20 seeds? With how many seeds is the effect two standard "
    "errors, so that about half of the experiments detect it? With how many is it 2.8 standard errors, so "
    "that about 80 of 100 detect it?",
    # 24 comes from 1.96 instead of 2, and 26 from t.
    kinds=(Number(rtol=0.02), Number(rtol=0.041), Number(rtol=0.065)),
    solution=(0.1677, 25, 49),
    praise="The number of seeds is (k · 0.75/0.3)² for k standard errors. With 20 seeds the effect is only "
    "1.8 standard errors. (The exact numbers, with t instead of 2, are 26 and 52.)",
    misconceptions=(
        Misconception(
            "divides by the number of seeds",
            (0.0375, ANY, ANY),
            "You divided by 20. The standard error falls more slowly: what must n be to halve it?",
        ),
        Misconception(
            "multiplies by the root",
            (3.354, ANY, ANY),
            "That is larger than the scatter of a single difference. Does a mean over 20 seeds scatter more "
            "or less than one difference?",
        ),
        Misconception(
            "gives the scatter",
            (0.75, ANY, ANY),
            "0.75 is the scatter of one difference. How much does the mean of 20 of them scatter?",
        ),
        Misconception(
            "divides by the root of n − 1",
            (0.172, ANY, ANY),
            "0.172 is 0.75/√19. The 19 belongs in the formula for the scatter itself, and the scatter is "
            "given here.",
        ),
        Misconception(
            "does not square",
            (0.1677, 5, 7),
            "5 and 7 are the square roots of n. What is n?",
        ),
        Misconception(
            "swaps the two",
            (0.1677, 49, 25),
            "Both numbers are right, but in the wrong order. Which takes more seeds: to detect an effect in "
            "half of the experiments, or in 80 of 100?",
        ),
        Misconception(
            "takes one standard error for two",
            (0.1677, 6.25, ANY),
            "With 6.25 seeds the effect is one standard error. How many seeds make it two?",
            matches=lambda error, half, most: abs(error / 0.1677 - 1) < 0.02 and 6 <= half <= 7,
        ),
        Misconception(
            "multiplies the seeds by 1.4",
            (0.1677, 25, 35),
            "From 2 to 2.8 standard errors is a factor of 1.4 in the root of n. What factor is that in n?",
        ),
        Misconception(
            "gives 50 seeds for one half, and 100 for 80 of 100",
            (0.1677, 50, 100),
            "Half of the experiments detect the effect if it equals two standard errors. Solve 0.3 = 2 · "
            "0.75/√n for n.",
        ),
        Misconception(
            "has only the first two numbers right",
            (0.1677, 25, 100),
            "The first two numbers are right. For the third, replace 2 by 2.8 in the same equation.",
            matches=lambda error, half, most: (
                abs(error / 0.1677 - 1) < 0.02 and abs(half - 25) <= 1.025
            ),
        ),
        Misconception(
            "gets the first number of seeds wrong",
            (0.1677, 20, 49),
            "The standard error is right. Now put your second number into 0.75/√n, and take the result "
            "twice. Is this the effect, 0.3?",
            matches=lambda error, half, most: abs(error / 0.1677 - 1) < 0.02,
        ),
    ),
    hints=(
        "The standard error of a mean is the scatter divided by √n.",
        "Solve 0.3 = 2 · 0.75/√n for n.",
        "√n = 2 · 0.75/0.3 = 5. For 2.8 standard errors √n = 7.",
    ),
)

_MIXED = Exercise(
    id="8.8",
    prompt="Method A ends at a minimum with P = 2000 weights and tr(H) = 5. Method B, at the same training "
    "loss, ends with a trace 20 % smaller. (1) Noise with σ = 0.02 in every weight raises the loss. By how "
    "much is the mean increase with B smaller than with A, in units of the loss? (2) Over 16 seeds the test "
    "error of B minus that of A is −0.40 points on average, and the differences scatter by 0.80. What is the "
    "standard error? (3) Which verdict does “B makes fewer errors” get, with t = 2.13: “holds”, “false as "
    "stated” or “not settled here”? (4) With how many seeds would a true effect of −0.40 be detected in "
    "about 80 of 100 experiments?",
    kinds=(
        Number(rtol=0.01, atol=1e-12),
        Number(),
        Choice(("holds", "false as stated", "not settled here")),
        _Seeds(),
    ),
    solution=(2e-4, 0.2, "not settled here", 32),
    praise="½ · 0.02² · (5 − 4) = 0.0002. The interval is −0.40 ± 2.13 · 0.20, from −0.83 to +0.03. It "
    "contains 0, and it also contains large gains. (2.8 · 0.80/0.40)² ≈ 31.4, so it takes 32 seeds, twice as "
    "many as were run. (The exact number, with t instead of 2, is 34.)",
    misconceptions=(
        Misconception(
            "forgets the ½",
            (4e-4, ANY, ANY, ANY),
            "Your first number is too large by a factor of 2. Which factor stands in front of σ² tr(H)?",
        ),
        Misconception(
            "gives the increase for A",
            (1e-3, ANY, ANY, ANY),
            "0.001 is the increase with method A. The question asks for the difference between A and B.",
        ),
        Misconception(
            "gives the increase for B",
            (8e-4, ANY, ANY, ANY),
            "0.0008 is the increase with method B. The question asks for the difference between A and B.",
        ),
        Misconception(
            "gives the share",
            (0.2, ANY, ANY, ANY),
            "The increase is indeed 20 % smaller. The question asks for the difference in units of the "
            "loss. How large is the increase with A?",
            matches=lambda loss, error, verdict, seeds: (
                abs(loss - 0.2) < 1e-3 or abs(loss - 20) < 0.1
            ),
        ),
        Misconception(
            "multiplies by the number of weights",
            (0.4, ANY, ANY, ANY),
            "You multiplied by P. The trace is already a sum over all weights.",
        ),
        Misconception(
            "does not square σ",
            (0.01, ANY, ANY, ANY),
            "You used σ instead of its square. How does the height of a parabola depend on the distance?",
        ),
        Misconception(
            "divides by the number of seeds",
            (ANY, 0.05, ANY, ANY),
            "You divided the scatter by 16. With n seeds the standard error is the scatter divided by √n.",
        ),
        Misconception(
            "gives the half-width",
            (ANY, 0.426, ANY, ANY),
            "0.43 is t times the standard error. The question asks for the standard error itself.",
        ),
        Misconception(
            "gives the scatter",
            (ANY, 0.8, ANY, ANY),
            "0.80 is the scatter of one difference. How much does the mean of 16 scatter?",
        ),
        Misconception(
            "reads the mean without its interval",
            (ANY, 0.2, "holds", ANY),
            "The mean is below 0. Where is the upper end of the interval −0.40 ± 2.13 standard errors?",
        ),
        Misconception(
            "reads an interval around 0 as a refutation",
            (ANY, 0.2, "false as stated", ANY),
            "“False as stated” needs evidence against the sentence. Does the interval contain lower errors "
            "for B?",
        ),
        Misconception(
            "takes two standard errors",
            (ANY, 0.2, "not settled here", 16),
            "With 16 seeds the effect is two standard errors, and half of the experiments detect it. How "
            "many standard errors does it take for 80 of 100?",
        ),
        Misconception(
            "does not square",
            (ANY, 0.2, "not settled here", 5.6),
            "5.6 is the square root of the number of seeds. What is the number itself?",
            matches=lambda loss, error, verdict, seeds: 5.5 <= seeds <= 6,
        ),
        Misconception(
            "multiplies the seeds by 1.4",
            (ANY, 0.2, "not settled here", 22.4),
            "From 2 to 2.8 standard errors is a factor of 1.4 in the root of n. What factor is that in n?",
            matches=lambda loss, error, verdict, seeds: 22 <= seeds <= 23,
        ),
        Misconception(
            "rounds down",
            (ANY, 0.2, "not settled here", 31),
            "With 31 seeds 2.8 standard errors are a little more than 0.40. In which direction must you "
            "round?",
        ),
    ),
    hints=(
        "(1) The mean increase is ½σ² tr(H). (2) The standard error is the scatter divided by √16.",
        "(3) Compute both ends of −0.40 ± 2.13 standard errors. Is 0 inside?",
        "(4) Solve 0.40 = 2.8 · 0.80/√n for n, and round up.",
    ),
)

EXERCISES = (_SEEDS, _MIXED)
