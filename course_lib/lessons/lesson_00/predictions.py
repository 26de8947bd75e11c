"""The predictions of lesson 00."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "0.a",
        "You want a valley ½ h x² to be half as wide at the same height. By how much must you multiply "
        "the curvature h?",
        {
            "by two": "With twice the curvature, the valley keeps 0.71 of its width, because the width is "
            "proportional to 1/√h.",
            "by four": "The width is proportional to 1/√h.",
            "by eight": "With eight times the curvature, the valley keeps 0.35 of its width, about a third.",
        },
        answer="by four",
        outcome="You need four times the curvature: at height c, the valley is 2√(2c/h) wide.",
    ),
    Prediction(
        "0.b",
        "Suppose that each experiment makes 80 measurements instead of 20. How many of the hundred 95 % "
        "intervals will miss the true value?",
        {
            "fewer than before": "More measurements do bring the means closer to the true value. But they "
            "also make the intervals shorter, in the same proportion.",
            "about as many": "The means come closer to the true value, and the intervals become shorter in "
            "the same proportion.",
            "more than before": "Shorter intervals would miss more often if the means stayed where they "
            "were. But the means come closer to the true value in the same proportion.",
        },
        answer="about as many",
        outcome="About five in a hundred intervals miss with 20 measurements, and about five with 80. "
        "This is what 95 % means. With four times as many measurements, the intervals are half as long.",
    ),
)
