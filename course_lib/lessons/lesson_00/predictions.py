"""The predictions of lesson 00."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "0.a",
        "A valley ½ h x² is to be half as wide at the same height. How many times the curvature h does "
        "it take?",
        {
            "twice": "Twice the curvature makes it 0.71 times as wide, for the width goes with the root.",
            "four times": "The width goes with the root of the curvature.",
            "eight times": "That would make it about a third as wide.",
        },
        answer="four times",
        outcome="It takes four times the curvature: the width at height c is 2√(2c/h).",
    ),
)
