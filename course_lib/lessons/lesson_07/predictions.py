"""The predictions of lesson 07."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "7.a",
        "You replace the Gaussian entries by coin flips, +1/√n or −1/√n: the same mean and variance. "
        "What becomes of the histogram?",
        {
            "two peaks": "The entries have two values, the eigenvalues are made of all of them.",
            "a bell curve": "Sums of many entries are Gaussian, true. But eigenvalues are no sums: they "
            "repel, and stop at an edge.",
            "the same semicircle": "",
        },
        answer="the same semicircle",
        outcome="The same semicircle, with the same edges. Mean and variance are all that the curve sees "
        "of the coins.",
    ),
    Prediction(
        "7.b",
        "Ten classes, raw pixels, ReLU, early in training. After how many eigenvalues does the largest "
        "gap of the spectrum stand?",
        {
            "1": "One direction for the mean image: a good thought. But each input direction acts on "
            "several logits.",
            "9": "",
            "10": "One for each class is the folklore. One of the ten is lost: which change of the "
            "logits changes no probability?",
        },
        answer="9",
        outcome="After 9, one fewer than there are classes. That is one run: section 3 counts many.",
    ),
    Prediction(
        "7.c",
        "Subtract the mean image from every image, and train again. What becomes of the gap after "
        "C − 1?",
        {
            "it stays": "The labels are the same, and so is the task. But most of the outliers came from "
            "the mean of the inputs.",
            "it moves to C": "Centring does not touch the softmax, which is what removes one direction.",
            "it is gone": "",
        },
        answer="it is gone",
        outcome="Gone, on these networks, for all but the smallest numbers of classes: with ten the "
        "ratio λ₉/λ₁₀ drops to about one.",
    ),
    Prediction(
        "7.d",
        "Eight architectures at the same training loss. What do their spectra share?",
        {
            "the shape of the histogram": "Similar, yes, beside a random matrix. But two architectures "
            "differ far more than two seeds of one.",
            "the spacings of neighbours": "",
            "both": "The spacings, yes. The histograms differ by far more than two seeds do.",
        },
        answer="the spacings of neighbours",
        outcome="The spacings, up to a few per cent; the shape only roughly.",
    ),
)
