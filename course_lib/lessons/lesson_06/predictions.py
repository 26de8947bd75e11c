"""The predictions of lesson 06."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "6.a",
        "Take a random symmetric 6 × 6 matrix (GOE). How likely is it that all six eigenvalues are positive?",
        {
            "1 in 64": "1 in 64 would be right for six independent coins. But the eigenvalues of one "
            "matrix are not independent: they push each other apart.",
            "1 in 1000": "You expected a smaller probability than with coins, and that is right. But it is "
            "smaller still.",
            "1 in 200,000": "You expected a far smaller probability than with coins, and that is right. The "
            "eigenvalues of one matrix are not independent: they push each other apart.",
        },
        answer="1 in 200,000",
        outcome="The probability is about 1 in 216,000. Six coins would give 1 in 64.",
    ),
    Prediction(
        "6.b",
        "We found all critical points of six landscapes of random waves in six dimensions. What share of "
        "these points are minima?",
        {
            "1 in 200,000": "1 in 200,000 would be right if the Hessian at a critical point were a GOE "
            "matrix. But it is not one: the height shifts all its eigenvalues together, and the weight "
            "|det H| favours Hessians without small eigenvalues.",
            "about 1 in 100": "Your answer is close to what six coins would give. The shift and the weight "
            "raise the share of minima from the tiny value of the GOE to about 1 in 100.",
            "about 1 in 7": "1 in 7 would be right if the seven indices from 0 to 6 were equally common. The "
            "middle indices are much more common.",
        },
        answer="about 1 in 100",
        outcome="About 1 % of the critical points are minima. A positive definite GOE matrix is more than a "
        "thousand times rarer.",
    ),
    Prediction(
        "6.c",
        "A landscape is a sum of random waves. Which of its critical points have the largest number of "
        "negative eigenvalues?",
        {
            "the low ones": "Low points have fewer negative eigenvalues: as the height falls, all "
            "eigenvalues rise.",
            "the high ones": "You expected the high points. The shift leads to the same answer: the higher "
            "the point, the lower its eigenvalues.",
            "height does not matter": "Height would not matter if every Hessian were a GOE matrix. In a sum "
            "of waves the height shifts all eigenvalues.",
        },
        answer="the high ones",
        outcome="The index grows with the height, and the mean index follows the prediction from the shift "
        "and the weight |det H|.",
    ),
    Prediction(
        "6.d",
        "Gradient descent runs on the tiny network from 60 random starts. How often does it end at a saddle?",
        {
            "nearly always": "It is true that nearly all critical points are saddles. But descent does not "
            "choose from a list of critical points. It runs downhill, and saddles repel it.",
            "about half the time": "Half would be possible if saddles attracted descent as minima do. But "
            "a saddle repels it along each direction of negative curvature.",
            "never": "You expected saddles to repel descent, and they do.",
        },
        answer="never",
        outcome="All 60 runs end at a minimum. The text below the next claim gives the reason.",
    ),
)
