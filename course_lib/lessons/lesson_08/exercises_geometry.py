"""Exercises of lesson 08 on the curvature of one network: under noise, and in other coordinates."""

from course_lib.teaching import ANY, Exercise, Misconception, Number

_NOISE = Exercise(
    id="8.1",
    prompt="At a minimum of a network with P = 1000 weights, tr(H) = 4 and λ₁ = 0.4. Use Taylor's series to "
    "second order. By how much does noise with σ = 0.01 on every weight raise the loss on average? And by "
    "how much does the worst step of length σ√P, the typical length of such a noise vector, raise it?",
    kinds=(Number(), Number()),
    solution=(2e-4, 0.02),
    praise="The average is ½σ² tr(H) = 0.0002. The worst case is ½(σ²P) λ₁ = 0.02, a hundred times as much. "
    "Random noise hardly ever points along the stiff direction.",
    misconceptions=(
        Misconception(
            "gives the worst case first",
            (0.02, 2e-4),
            "Both numbers are right. The question asks for the average first and for the worst step second.",
        ),
        Misconception(
            "takes one formula for both",
            (2e-4, 2e-4),
            "You gave the same number twice. On average the noise has a part along every eigenvector. At "
            "worst it points along a single one. Which curvatures count in each case?",
            matches=lambda mean, worst: abs(mean - worst) < 1e-3 * abs(worst),
        ),
        Misconception(
            "forgets the ½",
            (4e-4, ANY),
            "Your average is too large by a factor of 2. Which factor stands in front of the second-order "
            "term of Taylor's series?",
        ),
        Misconception(
            "forgets the ½ in the worst case",
            (2e-4, 0.04),
            "Your average is right. It contains a factor that is missing in your worst case. Compare the two "
            "formulas.",
        ),
        Misconception(
            "adds up all curvatures for the worst step",
            (2e-4, 0.2),
            "That is ½r² tr(H), where r is the length. But one step goes in one direction. Which single "
            "curvature is the largest that it can meet?",
        ),
        Misconception(
            "does not square the length of the worst step",
            (2e-4, 0.0632),
            "Your average is right. Your worst case contains the length σ√P, but not its square. How does "
            "the height of a parabola depend on the distance from its minimum?",
            matches=lambda mean, worst: (
                abs(mean - 2e-4) < 4e-6
                and min(abs(worst / 0.0632 - 1), abs(worst / 0.1265 - 1)) < 0.02
            ),
        ),
        Misconception(
            "takes the length σ for the worst step",
            (2e-4, 2e-5),
            "That is right for a step of length σ. How long is a noise vector with σ on each of 1000 "
            "weights?",
        ),
        Misconception(
            "does not square σ",
            (0.02, 0.0632),
            "Curvature times distance is a slope. How does the height of a parabola depend on the distance?",
            matches=lambda mean, worst: min(abs(mean / 0.02 - 1), abs(mean / 0.04 - 1)) < 0.01,
        ),
        Misconception(
            "uses λ₁ for the average",
            (2e-5, ANY),
            "That is right for noise along v₁ alone. This noise has a part along every eigenvector. What do "
            "their contributions add up to?",
        ),
        Misconception(
            "multiplies by P once more",
            (0.2, ANY),
            "You multiplied by P. The trace is already a sum over all weights.",
        ),
        Misconception(
            "takes the mean curvature",
            (2e-7, ANY),
            "You divided the trace by P. This would be right for a noise vector whose whole length is σ. "
            "Here every single weight gets noise of size σ.",
        ),
        Misconception(
            "takes the length σP for the worst step",
            (2e-4, 20),
            "You used σP for the length. Look again at the length that the question gives.",
        ),
        Misconception(
            "multiplies by √P",
            (6.32e-3, ANY),
            "You multiplied by √P. Where does the number of weights enter the formula ½σ² tr(H)?",
        ),
        Misconception(
            "leaves √P outside the square",
            (2e-4, 6.32e-4),
            "Your average is right. Your worst case is ½λ₁σ²√P. Which part of the length σ√P did you square?",
        ),
        Misconception(
            "cubes the length of the worst step",
            (2e-4, 6.32e-3),
            "Your average is right. For the worst case compute the length r = σ√P first. Then ask how much a "
            "parabola with curvature λ₁ rises over the distance r.",
        ),
        Misconception(
            "gives the squared length",
            (2e-4, 0.1),
            "Your average is right. 0.1 is the squared length of the step. What must it be multiplied by to "
            "give the rise of the loss?",
        ),
    ),
    hints=(
        "On average: E[½uᵀHu] = ½ Σ hᵢⱼ E[uᵢuⱼ], and E[uᵢuⱼ] is σ² if i = j and 0 otherwise.",
        "The worst step of length r goes along v₁ and raises the loss by ½r²λ₁.",
        "r² = σ²P = 0.1.",
    ),
)

_AB = Exercise(
    id="8.2",
    prompt="Take f(a, b) = ½(ab − 1)². What is λ₁ of H at (1, 1)? What is λ₁ of H at (10, 0.1)? And what is "
    "λ₁ of D H D at (10, 0.1), with D = diag(|a|, |b|)?",
    kinds=(Number(rtol=1e-4), Number(rtol=1e-5), Number(rtol=1e-4)),
    solution=(2, 100.01, 2),
    praise="At a minimum H = [[b², 1], [1, a²]] has the eigenvalues a² + b² and 0. The adaptive matrix is "
    "[[1, 1], [1, 1]] at every minimum with ab = 1.",
    misconceptions=(
        Misconception(
            "concludes that the same function has the same sharpness",
            (2, 2, ANY),
            "The function x ↦ abx is the same at both points, but a and b are not. Move b by 0.1 at each "
            "point and compare the losses: 0.005 and 0.5.",
        ),
        Misconception(
            "forgets the mixed derivative at (10, 0.1)",
            (2, 100, ANY),
            "100 is the larger diagonal entry, a². The mixed derivative is 2ab − 1. What is it at a minimum, "
            "and how does it change the eigenvalues?",
        ),
        Misconception(
            "forgets the mixed derivative at (1, 1)",
            (1, ANY, ANY),
            "1 is a diagonal entry. The mixed derivative is 2ab − 1. Write out the whole 2 × 2 matrix.",
        ),
        Misconception(
            "takes 2ab for the mixed derivative",
            (3, ANY, ANY),
            "3 is right for a matrix with 2 off the diagonal. Differentiate b(ab − 1) with respect to b once "
            "more. How many terms are there?",
        ),
        Misconception(
            "forgets the ½",
            (4, ANY, ANY),
            "4 is right for (ab − 1)². Look at the factor in front of this f.",
        ),
        Misconception(
            "reads the diagonal of the adaptive matrix",
            (2, 100.01, 1),
            "1 is a diagonal entry of D H D. Which entries are off the diagonal?",
        ),
        Misconception(
            "lets adaptive λ₁ grow, too",
            (2, 100.01, 100),
            "Your adaptive λ₁ grows with λ₁. Write out each entry of D H D at (10, 0.1): weight times "
            "curvature times weight.",
            matches=lambda one, two, adaptive: adaptive > 50,
        ),
        Misconception(
            "multiplies by |w| on one side only",
            (2, 100.01, 10.1),
            "10.1 is right for D H, with D on one side only. The matrix in question is D H D.",
        ),
        Misconception(
            "adds the weights",
            (2, 10.1, ANY),
            "10.1 is a + b. The diagonal entries of H are second derivatives of f. How do a and b enter "
            "them?",
        ),
        Misconception(
            "takes the length of the point",
            (1.4142, ANY, ANY),
            "√2 is the distance of (1, 1) from the origin. λ₁ is an eigenvalue of H. Write down H first.",
        ),
        Misconception(
            "subtracts the diagonal entries",
            (2, 99.99, ANY),
            "99.99 is a² − b². The two eigenvalues add up to the trace. What is the trace here?",
        ),
        Misconception(
            "gives the other eigenvalue of the adaptive matrix",
            (2, 100.01, 0),
            "0 is an eigenvalue of D H D. Is it the largest?",
        ),
        Misconception(
            "gives the other eigenvalue",
            (0, ANY, ANY),
            "0 is an eigenvalue of H at (1, 1). Is it the largest?",
        ),
        Misconception(
            "adds up all entries of the adaptive matrix",
            (2, 100.01, 4),
            "4 is the sum of all entries of D H D. Which number does D H D multiply its eigenvector (1, 1) "
            "by?",
        ),
        Misconception(
            "goes below a diagonal entry",
            (2, 99, ANY),
            "Your first number is right. λ₁ is the largest curvature along any direction. Along b alone the "
            "curvature at (10, 0.1) is a² = 100. Can λ₁ be smaller than that?",
            matches=lambda one, two, adaptive: abs(one - 2) < 1e-3 and two < 99.98,
        ),
    ),
    hints=(
        "∂²f/∂a² = b², ∂²f/∂b² = a², ∂²f/∂a∂b = 2ab − 1.",
        "At a minimum ab = 1. The trace is a² + b², the determinant a²b² − 1.",
        "A symmetric 2 × 2 matrix with determinant 0 has the eigenvalues trace and 0.",
    ),
)

EXERCISES = (_NOISE, _AB)
