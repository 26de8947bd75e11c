"""Say why in a sentence: the question that closes lesson 00."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "0.6",
        "A report says: “The method changed the test error by +0.1 points, 95 % interval −0.3 to +0.5. "
        "The interval contains 0, so the method has no effect.” What is wrong with the last sentence?",
        model="The interval contains 0, but it also contains −0.3 and +0.5, so the data agree with a gain, "
        "with a loss and with no effect. This settles nothing; more runs, or paired ones, would make the "
        "interval shorter.",
        points=(
            "The interval also contains effects of both signs, not only 0.",
            "No evidence for an effect is not evidence for no effect: the verdict is “not settled here”.",
            "More measurements, or paired ones, could settle it.",
        ),
    ),
)
