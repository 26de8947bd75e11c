"""Predictions of lesson 04."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "4.a",
        "On the course's 2×2 bowl we start at w = (1, 0). One step with η = 0.13 lowers the loss from "
        "2 to 1.63. We go on with the same step size. What will the loss do?",
        {
            "go on falling": "That would follow if every step depended on the same curvature. But each "
            "step depends on the curvature along its own gradient, and the gradient turns.",
            "fall, then stall": "That would happen at exactly η = 2/λ₁ = 0.116, because the error "
            "along the stiff v₁ then keeps its size.",
            "explode": "You did not trust one good step, and you were right not to.",
        },
        answer="explode",
        outcome="The loss goes 2 → 1.63 → 1.91 → 2.68 → … → 120 in twelve steps. The gradient turns "
        "towards v₁, and along v₁ a step of 0.13 is too large.",
    ),
    Prediction(
        "4.b",
        "We fit ridge regression to the digits. Then we subtract the mean image from every image and fit "
        "again. What happens to κ?",
        {
            "it stays the same": "Subtracting the mean does not move the images relative to each "
            "other, so this is a natural guess. But H contains the mean of xxᵀ. That is not the "
            "covariance of the pixels: the mean image is still in it.",
            "it falls by more than a factor of 10": "You expected a large fall, and you were right. H "
            "contains the mean of xxᵀ, and the mean image points almost along an eigenvector with a large "
            "eigenvalue.",
            "it becomes 1": "For that the pixels would need equal variances and no correlations. "
            "Centring changes neither.",
        },
        answer="it falls by more than a factor of 10",
        outcome="κ falls from 4460 to 298. The mean of xxᵀ is the covariance plus mmᵀ, where m is the mean "
        "image. The largest eigenvalue came from mmᵀ, and centring removes mmᵀ.",
    ),
    Prediction(
        "4.c",
        "Take κ = 100 in fifty dimensions. Gradient descent with its best step needs 541 steps to "
        "shrink the error to a millionth. How many steps does heavy ball need, with its best step size "
        "and momentum?",
        {
            "about 270": "Half the steps would be a gain by a constant factor. But momentum changes "
            "how the rate depends on κ.",
            "about 80": "You expected momentum to save far more than half of the steps, and you were "
            "right.",
            "about 540, only smoother": "Momentum is often described as smoothing. But with heavy ball "
            "the error along v₁ even grows at first.",
        },
        answer="about 80",
        outcome="Heavy ball needs 79 steps. Its rate in the long run is 9/11 instead of 99/101: √κ = "
        "10 takes the place of κ = 100.",
    ),
    Prediction(
        "4.d",
        "With β = 0.9, gradients that agree add up to ten times one gradient, so heavy ball acts like "
        "descent with a step that is ten times larger. Plain descent diverges if ηλ₁ is above 2. Above "
        "which value of ηλ₁ does heavy ball with β = 0.9 diverge?",
        {
            "0.2": "You expected a step that is ten times larger to be ten times less stable. That "
            "would follow if the gradients also agreed at the limit.",
            "2": "That would follow if momentum changed nothing at the limit.",
            "3.8": "You are right, and there are two ways to see it. This section looks at the "
            "gradients at the limit. The next one solves a quadratic equation.",
        },
        answer="3.8",
        outcome="The limit is 2 + 2β = 3.8. At this limit the error changes sign at every step, so the "
        "gradients alternate in sign, and momentum cancels almost half of each step.",
    ),
)
