"""Say why in a sentence: the question that closes lesson 00."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "0.6",
        "A report says: “The method changed the test error by +0.1 points, 95 % interval −0.3 to +0.5. "
        "The interval contains 0, so the method has no effect.” What is wrong with the last sentence?",
        model="The interval contains 0, but it also contains −0.3 and +0.5. So the data are compatible with "
        "a lower error, with a higher error and with no effect, and the question is not settled. More "
        "runs, or paired runs, would make the interval shorter.",
        points=(
            "The interval contains not only 0 but also effects of both signs.",
            "Finding no evidence for an effect is not the same as finding evidence that there is none. "
            "The verdict is “not settled here”.",
            "More measurements, or paired ones, could settle the question.",
        ),
    ),
)
