"""The predictions of lesson 00."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "0.a",
        "You want a valley ½ h x² to be half as wide at the same height. By how much must you multiply "
        "the curvature h?",
        {
            "by two": "Twice the curvature leaves 0.71 of the width: the width shrinks with the square "
            "root of the curvature.",
            "by four": "The width shrinks with the square root of the curvature.",
            "by eight": "Eight times the curvature leaves 0.35 of the width, about a third.",
        },
        answer="by four",
        outcome="It takes four times the curvature: the width at height c is 2√(2c/h).",
    ),
    Prediction(
        "0.b",
        "Each experiment now makes 80 measurements instead of 20. How many of the hundred 95 % intervals "
        "miss the true value?",
        {
            "fewer than before": "More measurements do give a better mean. But the interval is computed "
            "from the same measurements, and it becomes shorter in step with the error of the mean.",
            "about as many": "The means come closer to the true value, and the intervals become shorter in "
            "the same proportion.",
            "more than before": "Shorter intervals would miss more often if the means stayed where they "
            "were. But the means come closer to the true value in the same proportion.",
        },
        answer="about as many",
        outcome="About five in a hundred miss with 20 measurements, and about five with 80: that is what "
        "95 % means. Four times the data make the intervals half as long.",
    ),
)
