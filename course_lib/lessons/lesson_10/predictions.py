"""Predictions of lesson 10."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "10.a",
        "A bowl has the eigenvalues 100 and 1, and its valley runs at 45° to both axes: the Hessian is "
        "[[50.5, 49.5], [49.5, 50.5]]. We divide each entry of the gradient by the diagonal entry of the "
        "Hessian. What becomes of the condition number 100?",
        {
            "it becomes 1": "Dividing by the diagonal gives 1 if the valley runs along an axis. Here it runs "
            "at 45°.",
            "it falls, but not to 1": "It falls if the diagonal entries differ. Compare the two of this "
            "matrix.",
            "it stays 100": "You noticed that both diagonal entries are the same.",
        },
        answer="it stays 100",
        outcome="Both entries of the gradient are divided by the same number, 50.5. That is only another "
        "step size. A diagonal cannot turn a valley.",
    ),
    Prediction(
        "10.b",
        "Look at the first two races. Both regressions have the same eigenvalues, and only the axes "
        "differ. Which method notices the rotation most?",
        {
            "Gauss-Newton by conjugate gradients": "It uses the whole matrix, so a rotation changes all the "
            "numbers that it works with. But it only forms products and lengths.",
            "Adam": "Adam works entry by entry, and a rotation mixes the entries.",
            "none: the eigenvalues are the same": "For plain descent and for momentum the eigenvalues do "
            "decide. Which methods treat the axes separately?",
        },
        answer="Adam",
        outcome="On the pixels Adam needs 86 to 152 gradients. After the rotation it needs 714 with one "
        "seed and "
        "2,708 with another, and with the four others it is given up at 3,000. The cost of Gauss-Newton-CG "
        "changes by a seventh at most.",
    ),
    Prediction(
        "10.c",
        "Adam trains the network of lesson 05 with squared error, full batches and η = 0.01, so 2/η = 200. "
        "Where does λ₁ of the Hessian go?",
        {
            "to about 200": "Plain descent with the step size 0.01 would have the limit 200. Adam divides "
            "each entry of the gradient by another number.",
            "far above 200": "You expect that Adam can afford a larger λ₁. It is true that its limit is "
            "not 200.",
            "it stays far below 200": "You suspect that λ₁ of the Hessian is the wrong number to look at.",
        },
        answer="it stays far below 200",
        outcome="λ₁ stays between 4 and 8 in all five runs, a few hundredths of 200. And yet Adam is at "
        "its limit: "
        "λ₁(P⁻¹H) is there.",
    ),
    Prediction(
        "10.d",
        "In a weight-normalized layer we multiply all weights by 4. The layer computes the same as "
        "before. What happens to the largest eigenvalue of the layer's block of the Hessian?",
        {
            "it stays": "The function stays the same, and so does the loss. But the same change of the "
            "weights now turns them by a smaller angle.",
            "it is divided by 4": "That is what happens to the gradient, the first derivative.",
            "it is divided by 16": "You divided once for each of the two derivatives.",
        },
        answer="it is divided by 16",
        outcome="Every derivative divides by 4: the gradient is a quarter, the Hessian a sixteenth of what "
        "it was.",
    ),
    Prediction(
        "10.e",
        "We set 60 % of a trained network's weights to zero and do not train again. Which choice raises "
        "the loss least?",
        {
            "the smallest |wᵢ|": "A small weight is cheap to remove if the loss is equally curved along all "
            "weights.",
            "the smallest ½hᵢᵢwᵢ²": "You weigh each weight with the curvature along it.",
            "it makes no difference": "If 60 % of the weights were never used, a random choice would do as "
            "well.",
        },
        answer="the smallest ½hᵢᵢwᵢ²",
        outcome="In eight of eight networks. The median rise is 0.018 with the smallest magnitudes and "
        "0.010 with the "
        "smallest saliencies. A random choice raises the loss by 0.9.",
    ),
)
