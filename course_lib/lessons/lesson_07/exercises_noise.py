"""The exercise on a signal in noise, with the wrong answers that people give."""

from course_lib.teaching import Exercise, Misconception, Number

SPIKE = Exercise(
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

EXERCISES = (SPIKE,)
