"""Predictions of lesson 04."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "4.a",
        "On the course's 2×2 bowl we start at w = (1, 0). One step of η = 0.13 lowers the loss from 2 to "
        "1.63. We keep this step size. What will the loss do?",
        {
            "go on falling": "That would follow if every step met the same curvature. But a step meets the "
            "curvature along its own gradient, and the gradient turns.",
            "fall, then stall": "That happens at exactly η = 2/λ₁ = 0.116, where the stiff part of the error "
            "keeps its size.",
            "explode": "You did not trust one good step, and you were right.",
        },
        answer="explode",
        outcome="The loss goes 2 → 1.63 → 1.91 → 2.68 → … → 120 in twelve steps. The gradient turns towards "
        "v₁, and there a step of 0.13 is too large.",
    ),
    Prediction(
        "4.b",
        "We fit ridge regression to the digits, and we subtract the mean image from every image. What "
        "happens to κ?",
        {
            "it stays the same": "Subtracting a mean moves no image relative to another, so this is a "
            "natural guess. But H is the mean of xxᵀ, which is not a covariance: it contains the mean.",
            "it falls by more than a factor of 10": "H contains the mean, and the mean image is a direction "
            "with a large eigenvalue.",
            "it becomes 1": "That would need pixels with equal variances and no correlation. Centring "
            "changes neither.",
        },
        answer="it falls by more than a factor of 10",
        outcome="κ falls from 4460 to 298. The largest eigenvalue belonged to the mean image, which all "
        "images have in common, and centring removes it.",
    ),
    Prediction(
        "4.c",
        "Take κ = 100 in fifty dimensions. Gradient descent with its best step needs 541 steps to reach a "
        "millionth of the error. How many does heavy ball need, at its best step size and momentum?",
        {
            "about 270": "Half the steps would be a constant factor. Momentum changes how the rate depends "
            "on κ.",
            "about 80": "You expected much more than a constant factor.",
            "about 540, only smoother": "Momentum is often described as smoothing. Along v₁ its error even "
            "grows at first.",
        },
        answer="about 80",
        outcome="Heavy ball needs 79 steps. Its rate in the long run is 9/11 instead of 99/101: √κ = 10 "
        "takes the place of κ = 100.",
    ),
    Prediction(
        "4.d",
        "With β = 0.9, gradients that agree add up to ten times one gradient, so heavy ball acts like a step "
        "that is ten times larger. Plain descent is stable up to ηλ₁ = 2. Up to which ηλ₁ is heavy ball "
        "with β = 0.9 stable?",
        {
            "0.2": "A step ten times larger should be ten times less stable: that would follow if the "
            "gradients agreed at the limit, too.",
            "2": "That would follow if momentum changed nothing at the limit.",
            "3.8": "Two arguments give 3.8: what the gradients do at the limit, and where a root is −1.",
        },
        answer="3.8",
        outcome="The limit is 2 + 2β = 3.8. There the error changes its side at every step, so the gradients "
        "alternate, and momentum cancels almost half of each step.",
    ),
)
