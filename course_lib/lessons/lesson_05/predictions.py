"""Predictions of lesson 05."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "5.a",
        "½(ab − 1)² from (3, ½), where λ₁ = 9.4. We walk with η = 0.1 (2/η = 20) and with η = 0.35 "
        "(2/η = 5.7). Where do the two walks end?",
        {
            "at the same minimum": "There is a whole valley of them.",
            "the larger step at a flatter minimum": "Only there it can stand still.",
            "the larger step diverges": "Where it starts, it is too large. But λ₁ is not the same "
            "everywhere.",
        },
        answer="the larger step at a flatter minimum",
        outcome="η = 0.1 ends at λ₁ = 8.95, next to the start; η = 0.35 is thrown across the valley and "
        "ends at 2.24, below its limit.",
    ),
    Prediction(
        "5.b",
        "A network, squared error, full batches, η = 0.4, so 2/η = 5. At the start λ₁ is about 2, and "
        "training makes it grow. What will it do?",
        {
            "grow past 5, and training diverges": "So it would on a quadratic, whose λ₁ is what it is.",
            "stop growing well below 5": "A step of 0.05 looks like that for a long time.",
            "grow to about 5 and hover there": "",
        },
        answer="grow to about 5 and hover there",
        outcome="λ₁ shoots over 2/η once, comes back, and hovers just above it, while the loss jumps up "
        "and down and falls all the same.",
    ),
)
