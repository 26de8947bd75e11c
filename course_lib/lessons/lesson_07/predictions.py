"""The predictions of lesson 07."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "7.a",
        "You replace the Gaussian entries with coin flips, +1/√n or −1/√n. These have the same mean and "
        "the same variance. What does the histogram of the eigenvalues look like now?",
        {
            "two peaks": "The histogram of the entries does have two peaks. But each eigenvalue depends "
            "on all entries together.",
            "a bell curve": "A bell curve is what you get when you add up many independent entries. But "
            "eigenvalues are not such sums. They repel each other, and they end at an edge.",
            "the same semicircle": "You expect only the mean and the variance of the entries to matter.",
        },
        answer="the same semicircle",
        outcome="The histogram is the same semicircle, with the same edges.",
    ),
    Prediction(
        "7.b",
        "A network 64-16-10 with ReLU will be trained for three epochs on raw images of ten digits. "
        "Predict before it is trained: at which k will the largest ratio λₖ/λₖ₊₁ be after training?",
        {
            "1": "The mean image does make only one large eigenvalue of mean(xxᵀ). In the Hessian each "
            "eigenvalue of mean(xxᵀ) is multiplied by every eigenvalue of the softmax's Hessian.",
            "9": "You expect the network to behave like the linear model at W = 0.",
            "10": "There are ten classes and ten logits. But one direction of the logits changes no "
            "probability, so it has no curvature.",
        },
        answer="9",
        outcome="After three epochs the largest ratio of this run is at k = 9 = C − 1. The rest of this "
        "section looks at many runs.",
    ),
    Prediction(
        "7.c",
        "Now subtract the mean image from every image, and train a network with ReLU again. What "
        "happens to the gap after C − 1?",
        {
            "it stays": "The labels and the task are indeed the same as before. But at W = 0 the gap came "
            "from the mean image, not from the labels.",
            "it moves to C": "For the gap to move to C, one more direction of the logits would need "
            "curvature. Subtracting the mean image changes the inputs, not the softmax.",
            "it disappears": "You expect the gap of a trained network to have the same cause as the gap "
            "at W = 0.",
        },
        answer="it disappears",
        outcome="With ten classes the gap disappears: the ratio λ₉/λ₁₀ falls to about 1.1. With two classes "
        "a ratio near 2 remains.",
    ),
    Prediction(
        "7.d",
        "At epoch 3 about nine tenths of ‖∇f‖² lie along the top nine eigenvectors. From there, we "
        "train for 3000 more steps with the full gradient. A second run uses only the part of each "
        "gradient that lies along these nine directions. How much of the first run's decrease of the "
        "loss does the second run achieve?",
        {
            "about nine tenths": "Nine tenths is the share of the gradient at the first step. Along stiff "
            "directions the loss soon reaches its lowest value.",
            "about half": "About half would mean that the nine directions and all the others contribute "
            "equally.",
            "less than a fifth": "You expect the stiff directions to be used up soon.",
        },
        answer="less than a fifth",
        outcome="Of the decrease that the full gradient achieves in 3000 steps, the nine directions alone "
        "achieve less than a fifth.",
    ),
    Prediction(
        "7.e",
        "Eight architectures are trained to the same loss. What do their spectra share?",
        {
            "the shape of the histogram": "The shapes are indeed similar if you compare them with a random "
            "matrix. But two architectures differ far more than two seeds of one architecture.",
            "the spacings of neighbours": "You expect the repulsion to be the same in every architecture.",
            "both": "The spacings are indeed nearly the same. The shapes differ far more between "
            "architectures than between seeds.",
        },
        answer="the spacings of neighbours",
        outcome="The spacings agree to within a few per cent. The shapes agree only roughly.",
    ),
)
