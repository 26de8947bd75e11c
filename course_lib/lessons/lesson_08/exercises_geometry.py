"""Exercises of lesson 08 on the curvature of one network: under noise, and in other coordinates."""

from course_lib.teaching import ANY, Exercise, Misconception, Number

_NOISE = Exercise(
    id="8.1",
    prompt="tr(H) = 4 and λ₁ = 0.4 for P = 1000 weights at a minimum. To second order: by how much does "
    "noise of σ = 0.01 on each weight raise the loss on average? And the worst step of the same typical "
    "length, σ√P?",
    kinds=(Number(), Number()),
    solution=(2e-4, 0.02),
    praise="½σ² tr(H) = 0.0002 on average, ½(σ²P) λ₁ = 0.02 at worst: a hundred times as much. Random noise "
    "hardly ever meets the stiff direction.",
    misconceptions=(
        Misconception(
            "gives the worst case first",
            (0.02, 2e-4),
            "Right numbers. The average was asked first, the worst step second.",
        ),
        Misconception(
            "forgets the ½",
            (4e-4, ANY),
            "Twice too large: the second-order term of a Taylor series has a factor in front.",
        ),
        Misconception(
            "forgets the ½ in the worst case",
            (2e-4, 0.04),
            "Your average is right. The worst case lost the same factor that you kept there.",
        ),
        Misconception(
            "adds up all curvatures for the worst step",
            (2e-4, 0.2),
            "That is ½r² tr(H), r the length. A step goes one way only: which single curvature is the "
            "largest that it can meet?",
        ),
        Misconception(
            "does not square the length of the worst step",
            (2e-4, 0.0632),
            "Your average is right. In the worst case the length σ√P stands once; what does a parabola do "
            "with it?",
            matches=lambda mean, worst: (
                abs(mean - 2e-4) < 4e-6
                and min(abs(worst / 0.0632 - 1), abs(worst / 0.1265 - 1)) < 0.02
            ),
        ),
        Misconception(
            "takes the length σ for the worst step",
            (2e-4, 2e-5),
            "A step of length σ. Noise of σ on each of 1000 weights is √1000 times as long.",
        ),
        Misconception(
            "does not square σ",
            (0.02, ANY),
            "Curvature times distance is a slope. For a height the distance counts twice.",
            matches=lambda mean, worst: min(abs(mean / 0.02 - 1), abs(mean / 0.04 - 1)) < 0.01,
        ),
        Misconception(
            "uses λ₁ for the average",
            (2e-5, ANY),
            "That is noise along v₁ alone. On average each direction gives its own eigenvalue, and they "
            "add.",
        ),
        Misconception(
            "multiplies by P once more", (0.2, ANY), "The trace is a sum over all weights already."
        ),
        Misconception(
            "takes the mean curvature",
            (2e-7, ANY),
            "You divided the trace by P: that is for a step of length σ in all. Each weight gets its own "
            "σ.",
        ),
        Misconception(
            "takes the length σP for the worst step",
            (2e-4, 20),
            "Independent parts add like squares: the length of the noise is σ√P, not σP.",
        ),
    ),
    hints=(
        "E[½uᵀHu] = ½ Σ hᵢⱼ E[uᵢuⱼ], and E[uᵢuⱼ] is σ² for i = j and 0 otherwise.",
        "The worst step of length r goes along v₁ and raises the loss by ½r²λ₁.",
        "r² = σ²P = 0.1.",
    ),
)

_AB = Exercise(
    id="8.2",
    prompt="f(a, b) = ½(ab − 1)²: λ₁ of H at (1, 1), λ₁ of H at (10, 0.1), and λ₁ of "
    "diag(|w|) H diag(|w|) at (10, 0.1).",
    kinds=(Number(rtol=1e-4), Number(rtol=1e-5), Number(rtol=1e-4)),
    solution=(2, 100.01, 2),
    praise="At a minimum H = [[b², 1], [1, a²]] has the eigenvalues a² + b² and 0. The adaptive matrix is "
    "[[1, 1], [1, 1]] at every minimum with ab = 1.",
    misconceptions=(
        Misconception(
            "takes the same function for the same sharpness",
            (2, 2, ANY),
            "The function x ↦ abx is the same, the coordinates are not. Move b by 0.1 at each of the two "
            "points and compare the losses: 0.005 and 0.5.",
        ),
        Misconception(
            "forgets the mixed derivative at (10, 0.1)",
            (2, 100, ANY),
            "That is the larger diagonal entry, a². The mixed derivative is 2ab − 1: what is it at a "
            "minimum, and what does it do to the eigenvalues?",
        ),
        Misconception(
            "forgets the mixed derivative at (1, 1)",
            (1, ANY, ANY),
            "That is a diagonal entry. The mixed derivative 2ab − 1 is 1 here; write out the 2 × 2 matrix.",
        ),
        Misconception(
            "takes 2ab for the mixed derivative",
            (3, ANY, ANY),
            "You have 2 off the diagonal. Differentiate b(ab − 1) by b once more: two terms, one of them "
            "negative.",
        ),
        Misconception(
            "forgets the ½", (4, ANY, ANY), "That belongs to (ab − 1)², without the ½ in front."
        ),
        Misconception(
            "reads the diagonal of the adaptive matrix",
            (2, 100.01, 1),
            "Each diagonal entry of D H D is 1. What stands beside the diagonal?",
        ),
        Misconception(
            "lets the adaptive one grow too",
            (2, 100.01, 100),
            "The weights shrink where H grows. Write each entry of the product for a = 10: weight × "
            "weight × curvature.",
            matches=lambda one, two, adaptive: adaptive > 50,
        ),
        Misconception(
            "multiplies by |w| on one side only",
            (2, 100.01, 10.1),
            "You multiplied from one side. A change of both weights meets the size of each: D H D.",
        ),
    ),
    hints=(
        "∂²f/∂a² = b², ∂²f/∂b² = a², ∂²f/∂a∂b = 2ab − 1.",
        "At a minimum ab = 1. The trace is a² + b², the determinant a²b² − 1.",
        "A symmetric 2 × 2 matrix with determinant 0 has the eigenvalues trace and 0.",
    ),
)

EXERCISES = (_NOISE, _AB)
