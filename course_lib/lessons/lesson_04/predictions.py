"""Predictions of lesson 04."""

from course_lib.teaching import Prediction

PREDICTIONS = {
    p.id: p
    for p in (
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
}
