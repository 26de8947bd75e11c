"""The exercise on a signal in noise, with the wrong answers that people give."""

from course_lib.teaching import Exercise, Misconception, Number

_TOP, _OVERLAP = 1.5 + 1 / 1.5, 1 - 1 / 1.5**2

SPIKE = Exercise(
    id="7.5",
    prompt="Add a rank-one signal of strength θ to a large noise matrix with edge 2. Give λ₁ and the "
    "overlap², first at θ = 1.5, then at θ = 0.8.",
    kinds=(Number(), Number(), Number(), Number(atol=1e-3)),
    solution=(_TOP, _OVERLAP, 2, 0),
    praise="θ + 1/θ = 2.17 with the overlap² 0.56. At θ = 0.8 neither λ₁ nor v₁ shows that there is a "
    "signal.",
    misconceptions=(
        Misconception(
            "lets the spike keep its value",
            (1.5, _OVERLAP, 2, 0),
            "1.5 is the signal's own eigenvalue. It lies inside the noise, whose edge is at 2. The noise "
            "pushes the outlier outwards. By how much?",
            matches=lambda top, overlap, low, none: abs(top - 1.5) < 0.01,
        ),
        Misconception(
            "adds the spike to the edge",
            (3.5, _OVERLAP, 2, 0),
            "2 + 1.5 would be right if signal and noise had the same top eigenvector. They do not.",
            matches=lambda top, overlap, low, none: abs(top - 3.5) < 0.03,
        ),
        Misconception(
            "uses the formula below the threshold",
            (_TOP, _OVERLAP, 2.05, 0),
            "You used θ + 1/θ for θ = 0.8. The formula is for θ > 1. Below that nothing leaves the noise. "
            "Where does the noise end?",
            matches=lambda top, overlap, low, none: abs(low - 2.05) < 0.01,
        ),
        Misconception(
            "expects the signal's own value below the threshold",
            (_TOP, _OVERLAP, 0.8, 0),
            "0.8 is the signal's own eigenvalue. But λ₁ is the *largest* of all, and the noise alone has "
            "eigenvalues near 2.",
            matches=lambda top, overlap, low, none: abs(low - 0.8) < 0.01,
        ),
        Misconception(
            "adds the weak spike to the edge",
            (_TOP, _OVERLAP, 2.8, 0),
            "2 + 0.8 would be right if signal and noise had the same top eigenvector. And 0.8 is below "
            "the threshold.",
            matches=lambda top, overlap, low, none: abs(low - 2.8) < 0.02,
        ),
        Misconception(
            "expects no eigenvalue below the threshold",
            (_TOP, _OVERLAP, 0, 0),
            "Without a visible signal the noise is still there. Where is its largest eigenvalue?",
            matches=lambda top, overlap, low, none: abs(low) < 0.01,
        ),
        Misconception(
            "takes the threshold for the edge",
            (_TOP, _OVERLAP, 1, 0),
            "1 is the threshold for θ. Without a visible signal, λ₁ is where the noise ends.",
            matches=lambda top, overlap, low, none: abs(low - 1) < 0.01,
        ),
        Misconception(
            "takes 1/θ² for the overlap",
            (_TOP, 4 / 9, 2, 0),
            "1/θ² is the part of the eigenvector that belongs to the noise. The overlap² is the rest.",
            matches=lambda top, overlap, low, none: abs(overlap - 4 / 9) < 0.004,
        ),
        Misconception(
            "takes 1/θ for the overlap",
            (_TOP, 2 / 3, 2, 0),
            "1/θ is what the noise adds to λ₁. The overlap² has another formula.",
            matches=lambda top, overlap, low, none: abs(overlap - 2 / 3) < 0.006,
        ),
        Misconception(
            "thinks that an outlier points at the signal",
            (_TOP, 1, 2, 0),
            "1 would mean that v₁ points exactly at the signal. Part of v₁ is noise, even where the "
            "outlier shows.",
            matches=lambda top, overlap, low, none: abs(overlap - 1) < 0.01,
        ),
        Misconception(
            "forgets the square of the overlap",
            (_TOP, _OVERLAP**0.5, 2, 0),
            "That is the overlap |v₁ᵀv|. The question asks for its square.",
            matches=lambda top, overlap, low, none: abs(overlap - _OVERLAP**0.5) < 0.008,
        ),
        Misconception(
            "divides by θ once",
            (_TOP, 1 / 3, 2, 0),
            "You took 1 − 1/θ. In the formula for the overlap², θ is squared.",
            matches=lambda top, overlap, low, none: abs(overlap - 1 / 3) < 0.005,
        ),
        Misconception(
            "takes the overlap formula below the threshold",
            (_TOP, _OVERLAP, 2, 1 - 1 / 0.8**2),
            "A square cannot be negative. The formula is for θ > 1 only.",
            matches=lambda top, overlap, low, none: none < -0.01,
        ),
        Misconception(
            "expects a little overlap below the threshold",
            (_TOP, _OVERLAP, 2, 0.36),
            "For a finite n some overlap is left. It goes to zero as n grows, and the question is about "
            "a large matrix.",
            matches=lambda top, overlap, low, none: none > 0.001,
        ),
    ),
    hints=(
        "First compare θ with the threshold 1.",
        "Above the threshold λ₁ = θ + 1/θ and overlap² = 1 − 1/θ².",
        "Below it the largest eigenvalue is that of the noise alone.",
    ),
)

EXERCISES = (SPIKE,)
