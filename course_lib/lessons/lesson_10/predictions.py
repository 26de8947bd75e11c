"""Predictions of lesson 10."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "10.a",
        "A bowl has the eigenvalues 100 and 1, and its valley runs at 45° to both axes: the Hessian is "
        "[[50.5, 49.5], [49.5, 50.5]]. We divide each entry of the gradient by the diagonal entry of the "
        "Hessian in the same row. What happens to the condition number, which is 100?",
        {
            "it becomes 1": "Dividing by the diagonal gives the condition number 1 if the valley runs along "
            "an axis. Here it runs at 45°.",
            "it falls, but not to 1": "It can fall if the diagonal entries differ. Compare the two "
            "diagonal entries of this matrix.",
            "it stays 100": "You noticed that both diagonal entries are the same.",
        },
        answer="it stays 100",
        outcome="Both entries of the gradient are divided by the same number, 50.5. That only "
        "changes the step size. The eigenvalues become 1.98 and 0.0198, and their ratio is still 100. A "
        "diagonal cannot rotate a valley.",
    ),
    Prediction(
        "10.b",
        "Think of the first two races. Both regressions have the same eigenvalues, and only the axes "
        "differ. Which method notices the rotation most?",
        {
            "Gauss-Newton by conjugate gradients": "It uses the whole matrix, so a rotation changes all the "
            "numbers that it works with. But it uses only products and lengths, and these do not depend on "
            "the axes.",
            "Adam": "Adam works entry by entry, and a rotation mixes the entries.",
            "none: the eigenvalues are the same": "For plain descent and for momentum the eigenvalues do "
            "decide the cost. Which methods treat the axes separately?",
        },
        answer="Adam",
        outcome="On the pixels Adam needs 86 to 152 gradients. After the rotation it needs 714 for one "
        "seed and 2,708 for another. For the four other seeds we give up at 3,000. The cost of "
        "Gauss-Newton-CG changes by at most a seventh.",
    ),
    Prediction(
        "10.c",
        "Adam trains the network of lesson 05 with squared error, full batches and η = 0.01, so 2/η = 200. "
        "Where does λ₁ of the Hessian go?",
        {
            "to about 200": "Plain descent with the step size 0.01 would have the limit 200. Adam divides "
            "each entry of the gradient by a different number.",
            "far above 200": "You expected that Adam tolerates a larger λ₁. It is true that its limit is "
            "not 200.",
            "it stays far below 200": "You suspected that λ₁ of the Hessian is the wrong number to look at.",
        },
        answer="it stays far below 200",
        outcome="From the first measurement after the start, at step 150, λ₁ stays between 4 and 8 in all "
        "five runs, a few hundredths of 200. And yet Adam is at its limit, because λ₁(P⁻¹H) has reached it.",
    ),
    Prediction(
        "10.d",
        "In a weight-normalized layer we multiply all the vectors v by 4. The layer computes the same as "
        "before. Look at the block of the Hessian that belongs to these vectors. What happens to its "
        "largest eigenvalue?",
        {
            "it stays": "The function stays the same, and so does the loss. But the same change of the "
            "weights now turns the vectors by a smaller angle.",
            "it is divided by 4": "That is what happens to the gradient, the first derivative.",
            "it is divided by 16": "You divided once for each of the two derivatives.",
        },
        answer="it is divided by 16",
        outcome="Each derivative brings a factor 1/4. So the gradient is a quarter of what it was, and the "
        "Hessian is a sixteenth.",
    ),
    Prediction(
        "10.e",
        "We set 60 % of a trained network's weights to zero and do not train again. Which choice raises "
        "the loss least?",
        {
            "the smallest |wᵢ|": "A small weight is cheap to remove if the loss is equally curved along all "
            "weights.",
            "the smallest ½hᵢᵢwᵢ²": "You took into account how strongly the loss is curved along each "
            "weight.",
            "it makes no difference": "If 60 % of the weights were never used, a random choice would do just "
            "as well.",
        },
        answer="the smallest ½hᵢᵢwᵢ²",
        outcome="Of these three choices, removing the smallest saliencies ½hᵢᵢwᵢ² raises the loss least in "
        "eight of eight networks. The median rise is 0.010. It is 0.018 if the smallest magnitudes are "
        "removed, and 0.9 if the choice is random. If the other weights are updated as well, it is only "
        "0.0005.",
    ),
)
