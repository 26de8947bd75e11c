"""The predictions of lesson 11."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "11.a",
        "1210 weights, 200 full-batch steps at a third of the limit. How much of the squared "
        "gradient lies along the ten largest eigenvectors?",
        {
            "nearly all": "This is often reported for training with small batches, whose noise keeps "
            "shaking the stiff directions.",
            "about half": "With small batches it is more than half on this network. With full batches it is "
            "far less.",
            "nearly nothing": "",
        },
        answer="nearly nothing",
        outcome="It is less than one per cent. A possible reason, not tested here: below its limit descent "
        "clears the stiff directions first, as on a bowl (lesson 02), and what is left lies in the flat "
        "ones.",
    ),
    Prediction(
        "11.b",
        "The weights and biases of the first layer are multiplied by 100, the weights of the second are "
        "divided by 100. What changes: the outputs, or λ₁?",
        {
            "nothing": "The function stays the same, but λ₁ is measured in the coordinates, and they "
            "changed.",
            "the outputs only": "ReLU lets a positive factor through, so the outputs stay the same.",
            "λ₁ only": "",
            "both": "λ₁ does change. But ReLU lets a positive factor through, so the outputs stay the same.",
        },
        answer="λ₁ only",
        outcome="All outputs stay the same to ten digits, and λ₁ grows more than a thousandfold.",
    ),
    Prediction(
        "11.c",
        "You measure on 50 of the 500 images, chosen at random, again and again. How do λ₁ and the trace "
        "compare with those of all 500, on average?",
        {
            "both right": "For the trace this is right. λ₁ is not a mean over the examples.",
            "both too large": "λ₁ is too large. But the trace is a mean over the examples.",
            "λ₁ too large, trace right": "",
            "λ₁ too small, trace right": "The trace is right. For λ₁ think of two examples, each with a "
            "stiffest direction of its own.",
        },
        answer="λ₁ too large, trace right",
        outcome="On average the trace is right, and λ₁ is too large: the fewer examples, the more.",
    ),
    Prediction(
        "11.d",
        "The transformer has 48 classes, and they are very unequal in number. Where is the largest ratio of "
        "neighbours among its 50 largest eigenvalues, after 1500 steps of Adam?",
        {
            "after 47": "This is where lesson 07 would put it if the classes were equally frequent.",
            "after 1": "",
            "nowhere, they form a slope": "For the last layer alone this is right. But the largest "
            "eigenvalues do not lie there.",
        },
        answer="after 1",
        outcome="One eigenvalue stands apart, about four times as large as the second. After 47 there is "
        "no gap.",
    ),
)
