"""The predictions of lesson 11."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "11.a",
        "1210 weights, 200 full-batch steps at a third of the limit. How much of the squared "
        "gradient lies along the ten largest eigenvectors?",
        {
            "nearly all": "So it is often reported, for training with small batches. Their noise, it "
            "is thought, keeps shaking the stiff directions.",
            "about half": "With small batches it is even more here, with full batches far less.",
            "nearly nothing": "",
        },
        answer="nearly nothing",
        outcome="Less than one per cent. An explanation, not tested here: below its limit descent "
        "clears the stiff directions first, as on a bowl (lesson 02), and what is left lies in the "
        "flat ones.",
    ),
    Prediction(
        "11.b",
        "The weights and biases of the first layer times 100, the weights of the second divided by "
        "100. What changes: the outputs, or λ₁?",
        {
            "nothing": "The function stays, and λ₁ is measured in the coordinates, which changed.",
            "the outputs only": "ReLU lets a positive factor through: the outputs stay.",
            "λ₁ only": "",
            "both": "ReLU lets a positive factor through: the outputs stay.",
        },
        answer="λ₁ only",
        outcome="All outputs stay to ten digits, and λ₁ grows more than a thousandfold.",
    ),
)
