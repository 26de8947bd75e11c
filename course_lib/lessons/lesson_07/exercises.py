"""Exercises of lesson 05, with the wrong answers that people give."""

from course_lib.lessons.lesson_07.exercises_code import LARGEST_GAP, RARE
from course_lib.teaching import Exercise, Misconception, Number

_SPIKE = Exercise(
    id="7.4",
    prompt="Noise with edge 2 plus a rank-one signal θ, for large n: λ₁ and overlap² at θ = 1.5, and at "
    "θ = 0.8.",
    kinds=(Number(), Number(), Number(), Number(atol=1e-3)),
    solution=(1.5 + 1 / 1.5, 1 - 1 / 1.5**2, 2, 0),
    praise="θ + 1/θ = 2.17 with overlap² 0.56; and at 0.8 the signal leaves no trace in λ₁ or v₁.",
    misconceptions=(
        Misconception(
            "lets the spike keep its value",
            (1.5, 5 / 9, 2, 0),
            "1.5 lies inside the bulk, below its edge at 2. Noise pushes the outlier outwards, by 1/θ.",
            matches=lambda top, overlap, low, none: abs(top - 1.5) < 0.01,
        ),
        Misconception(
            "adds the spike to the edge",
            (3.5, 5 / 9, 2, 0),
            "The edge is no floor to stand on: signal and noise share the eigenvector.",
            matches=lambda top, overlap, low, none: abs(top - 3.5) < 0.03,
        ),
        Misconception(
            "uses the formula below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2.05, 0),
            "θ + 1/θ grows again below θ = 1, but nothing leaves the bulk there. Where does the bulk end?",
            matches=lambda top, overlap, low, none: abs(low - 2.05) < 0.01,
        ),
        Misconception(
            "expects the signal's own value below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 0.8, 0),
            "λ₁ is the *largest* of all eigenvalues, and the noise alone has some near 2.",
            matches=lambda top, overlap, low, none: abs(low - 0.8) < 0.01,
        ),
        Misconception(
            "takes the threshold for the edge",
            (1.5 + 1 / 1.5, 5 / 9, 1, 0),
            "1 is the threshold for θ. λ₁ without a visible signal is where the noise ends.",
            matches=lambda top, overlap, low, none: abs(low - 1) < 0.01,
        ),
        Misconception(
            "takes 1/θ² for the overlap",
            (1.5 + 1 / 1.5, 4 / 9, 2, 0),
            "1/θ² is what the noise takes of the eigenvector. The rest is the overlap².",
            matches=lambda top, overlap, low, none: abs(overlap - 4 / 9) < 0.004,
        ),
        Misconception(
            "thinks that an outlier points at the signal",
            (1.5 + 1 / 1.5, 1, 2, 0),
            "Even where it shows, the top eigenvector is partly noise.",
            matches=lambda top, overlap, low, none: abs(overlap - 1) < 0.01,
        ),
        Misconception(
            "forgets the square of the overlap",
            (1.5 + 1 / 1.5, (5 / 9) ** 0.5, 2, 0),
            "That is |uᵀv|. The question asks for its square.",
            matches=lambda top, overlap, low, none: abs(overlap - (5 / 9) ** 0.5) < 0.008,
        ),
        Misconception(
            "divides by θ once",
            (1.5 + 1 / 1.5, 1 / 3, 2, 0),
            "1 − 1/θ is the wrong power: θ enters the overlap² squared.",
            matches=lambda top, overlap, low, none: abs(overlap - 1 / 3) < 0.005,
        ),
        Misconception(
            "takes the overlap formula below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2, 1 - 1 / 0.8**2),
            "A squared overlap cannot be negative: the formula has left its range, θ > 1.",
            matches=lambda top, overlap, low, none: none < -0.01,
        ),
        Misconception(
            "expects a little overlap below the threshold",
            (1.5 + 1 / 1.5, 5 / 9, 2, 0.36),
            "For finite n a little is left; it goes to zero as n grows. The question is about large n.",
            matches=lambda top, overlap, low, none: none > 0.001,
        ),
    ),
    hints=(
        "Compare θ with the threshold 1 first.",
        "Above it: λ₁ = θ + 1/θ and overlap² = 1 − 1/θ².",
        "Below it the largest eigenvalue is that of the noise alone.",
    ),
)

_WHY = Exercise(
    id="7.3",
    prompt="Five classes, linear softmax at W = 0, mean(xxᵀ) with eigenvalues 30, 3, 2, …: λ₁, how many "
    "eigenvalues equal it, and the ratio across that rank without the 30.",
    kinds=(Number(), Number(1e-6), Number()),
    solution=(6, 4, 1.5),
    praise="6 four times, then 0.6 four times: a ratio of 10. Without the 30 it is 0.6 to 0.4, no gap to "
    "speak of.",
    misconceptions=(
        Misconception(
            "expects one outlier for each class",
            (6, 5, 1.5),
            "Add the same constant to all five logits: no probability moves. One direction is free.",
            matches=lambda top, copies, ratio: abs(copies - 5) < 0.1,
        ),
        Misconception(
            "forgets the softmax",
            (30, 4, 1.5),
            "The curvature of the softmax at equal probabilities multiplies everything by 1/C.",
            matches=lambda top, copies, ratio: abs(top - 30) < 0.3,
        ),
        Misconception(
            "takes p(1 − p) for the eigenvalue",
            (4.8, 4, 1.5),
            "p(1 − p) is a diagonal entry of diag(p) − ppᵀ. The eigenvalue of a direction whose entries sum "
            "to 0 is p.",
            matches=lambda top, copies, ratio: abs(top - 4.8) < 0.05,
        ),
        Misconception(
            "divides by C − 1",
            (7.5, 4, 1.5),
            "C − 1 is how often it comes, not how large it is: the softmax's factor is p = 1/C.",
            matches=lambda top, copies, ratio: abs(top - 7.5) < 0.07,
        ),
        Misconception(
            "multiplies by 1 − p only",
            (24, 4, 1.5),
            "1 − p is not the factor. Which number does diag(p) − ppᵀ make of a direction whose entries sum "
            "to 0?",
            matches=lambda top, copies, ratio: abs(top - 24) < 0.2,
        ),
        Misconception(
            "counts every eigenvalue that is not zero",
            (6, 4 * 64, 1.5),
            "Each eigenvalue of mean(xxᵀ) gives a group of its own. How many are in the first?",
            matches=lambda top, copies, ratio: copies > 9.5,
        ),
        Misconception(
            "counts as with ten classes",
            (6, 9, 1.5),
            "Nine was C − 1 with ten classes. How many classes are there here?",
            matches=lambda top, copies, ratio: abs(copies - 9) < 0.1,
        ),
        Misconception(
            "multiplies by 1/C twice",
            (1.2, 4, 1.5),
            "You multiplied by 1/25. diag(p) − ppᵀ makes p of a direction whose entries sum to 0, once.",
            matches=lambda top, copies, ratio: abs(top - 1.2) < 0.01,
        ),
        Misconception(
            "forgets that the free direction is the only one lost",
            (6, 3, 1.5),
            "One of five directions is lost, not two.",
            matches=lambda top, copies, ratio: abs(copies - 3) < 0.1,
        ),
        Misconception(
            "skips an eigenvalue",
            (6, 4, 15),
            "Between 30 and 2 there is a 3. And the ratio is asked for *without* the 30.",
            matches=lambda top, copies, ratio: abs(ratio - 15) < 0.1,
        ),
        Misconception(
            "divides by ten classes",
            (3, 4, 1.5),
            "There are five classes here: what is p?",
            matches=lambda top, copies, ratio: abs(top - 3) < 0.03,
        ),
        Misconception(
            "expects one outlier for one input direction",
            (6, 1, 1.5),
            "Each input direction appears once for every non-zero eigenvalue of diag(p) − ppᵀ.",
            matches=lambda top, copies, ratio: abs(copies - 1) < 0.1,
        ),
        Misconception(
            "thinks that centring is cosmetic",
            (6, 4, 10),
            "10 is the ratio with the 30 in place. Which number remains on top without it?",
            matches=lambda top, copies, ratio: abs(ratio - 10) < 0.1,
        ),
        Misconception(
            "turns the ratio round",
            (6, 4, 2 / 3),
            "Larger over smaller: λₖ/λₖ₊₁ is at least 1.",
            matches=lambda top, copies, ratio: abs(ratio - 2 / 3) < 0.01,
        ),
        Misconception(
            "sees no gap at all",
            (6, 4, 1),
            "Within the group the ratio is 1. Compare the last of the group with the first after it.",
            matches=lambda top, copies, ratio: abs(ratio - 1) < 0.01,
        ),
    ),
    hints=(
        "The eigenvalues of a Kronecker product are the products of the eigenvalues.",
        "diag(p) − ppᵀ with p = 1/5 has the eigenvalue 1/5 for every direction whose entries sum to 0, and "
        "0 for (1, 1, 1, 1, 1).",
        "Without the 30 the largest are 3/5 and then 2/5, each as many times as before.",
    ),
)

_ZEROS = Exercise(
    id="7.1",
    prompt="tanh network 64-16-10 with biases; 5 pixels are 0 in every training image. How many Hessian "
    "eigenvalues are exactly zero at a random start?",
    kinds=(Number(rtol=1e-6),),
    solution=97,
    praise="80 weights that never act, and 17 numbers that can be added to all ten logits alike.",
    misconceptions=(
        Misconception(
            "counts dead pixels only",
            80,
            "Right so far. Now the last layer: what can you add to it without changing any probability?",
        ),
        Misconception(
            "forgets the bias",
            96,
            "The last layer's bias can be shifted, too.",
        ),
        Misconception(
            "counts pixels, not weights",
            5,
            "Each dead pixel has a weight to every hidden unit.",
        ),
        Misconception(
            "counts only the shift of the biases",
            81,
            "Each of the 16 hidden units has ten outgoing weights as well: shift all ten alike.",
        ),
        Misconception(
            "counts only the shift",
            17,
            "That is the last layer's part. What about a weight whose input is always 0?",
        ),
        Misconception(
            "counts all weights that take part in the shift",
            250,
            "The last layer has 170 weights, but only vectors that shift *all ten logits alike* do nothing: "
            "one for each input of that layer, and one for the bias.",
        ),
        Misconception(
            "counts ten biases",
            90,
            "Ten biases, but one way to shift them all alike. And the weights of the last layer?",
        ),
        Misconception(
            "counts one shift for the whole layer",
            1,
            "One free direction for ten logits, but it can be had from each input of the last layer, not "
            "only from its bias. And the dead pixels?",
        ),
        Misconception(
            "counts only the shifts of the hidden units",
            16,
            "These sixteen are right: one for each hidden unit. The last layer's bias can be shifted as "
            "well, and there are the dead pixels.",
        ),
        Misconception(
            "counts nine shifts",
            233,
            "Of ten logits nine differences remain, and *these* the loss sees. Only the one common shift is "
            "free, for each input of the last layer.",
            matches=lambda zeros: zeros in (153, 233),
        ),
        Misconception(
            "gives a dead pixel seventeen weights",
            85,
            "A dead pixel has one weight to each hidden unit; the bias belongs to the unit, not to the "
            "pixel.",
            matches=lambda zeros: zeros in (85, 102),
        ),
        Misconception(
            "counts pixels beside the shifts",
            22,
            "The 17 are right. But a dead pixel has more than one weight.",
        ),
        Misconception(
            "counts all outgoing weights",
            240,
            "Of the 160 outgoing weights only those directions do nothing that move all ten logits alike: "
            "one for each hidden unit.",
            matches=lambda zeros: zeros in (160, 170, 240),
        ),
        Misconception(
            "counts the others",
            1113,
            "That many are *not* zero.",
        ),
        Misconception(
            "takes the bias for ten shifts",
            106,
            "80 and 16 are right. The ten biases can be shifted together in one way, not in ten.",
        ),
        Misconception(
            "connects dead pixels to the classes",
            50,
            "The pixels feed the 16 hidden units, not the ten classes.",
        ),
        Misconception(
            "thinks that zeros come from training",
            0,
            "These zeros are there before the first step: look for weights that cannot act.",
        ),
    ),
    hints=(
        "A weight on a pixel that is always 0 changes no output. How many such weights are there?",
        "The softmax sees only differences of logits. Which changes of the last layer add the same to all "
        "ten?",
        "The last layer has 16 inputs and a bias: for each of them, add one number to its weights to all ten "
        "classes.",
    ),
)

EXERCISES = {e.id: e for e in (RARE, _ZEROS, LARGEST_GAP, _WHY, _SPIKE)}
