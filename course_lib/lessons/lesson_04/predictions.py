"""Predictions of lesson 04."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "4.a",
        "On the course's 2×2 bowl, from w = (1, 0), one step of η = 0.13 lowers the loss from 2 to "
        "1.63. We go on with the same step. What will the loss do?",
        {
            "go on falling": "One step knows one direction. The gradient does not stay in it.",
            "fall, then stall": "That would need a step at 2/λ₁ = 0.116 exactly.",
            "explode": "The first step told nothing about the others.",
        },
        answer="explode",
        outcome="2 → 1.63 → 1.91 → 2.68 → … → 120 after twelve steps: the gradient turns towards v₁, "
        "where the step is too large.",
    ),
    Prediction(
        "4.b",
        "Ridge regression on the digits: we subtract the mean image from every image. What becomes "
        "of κ?",
        {
            "it stays": "A mean moves no image relative to another, but H is the mean of xxᵀ, not a "
            "covariance: the mean image is its largest direction.",
            "it falls by more than a factor of 10": "",
            "it becomes 1": "Pixels have unequal variances and are correlated: that is left.",
        },
        answer="it falls by more than a factor of 10",
        outcome="The largest eigenvalue belonged to the mean image, in which all images agree. It is "
        "gone.",
    ),
    Prediction(
        "4.c",
        "κ = 100 in fifty dimensions. Descent with its best step took 541 steps to a millionth of the "
        "error. And heavy ball, at its best step and momentum?",
        {
            "about 270": "Momentum saves more than a constant factor.",
            "about 80": "The rate has √κ = 10 in the place of 100.",
            "about 540, only smoother": "Smoother it is not: along v₁ the error even grows at first.",
        },
        answer="about 80",
        outcome="The rate in the long run is 9/11 in the place of 99/101.",
    ),
)
