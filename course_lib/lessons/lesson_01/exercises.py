"""Exercises of lesson 01 on the Hessian at a point and along a direction, with wrong answers."""

import numpy as np

from course_lib.teaching import Exercise, Matrix, Misconception, Number

_READ_OFF = Exercise(
    id="1.1",
    prompt="What is the Hessian of f(x, y) = 3x² − 2xy + 5y²? Give a 2 × 2 matrix.",
    kinds=(Matrix((2, 2)),),
    solution=((6, -2), (-2, 10)),
    praise="A square adds twice its coefficient to the diagonal. The product xy puts its coefficient into "
    "each of the two mixed entries.",
    misconceptions=(
        Misconception(
            "misses the factor 2",
            ((3, -1), (-1, 5)),
            "This is the matrix A with f = wᵀAw. The Hessian is the matrix H with f = ½ wᵀHw. Check one "
            "entry: what is the second derivative of 3x²?",
        ),
        Misconception(
            "copies the coefficients",
            ((3, -2), (-2, 5)),
            "These are the coefficients of the formula. The two mixed entries are right. For the diagonal: "
            "what is the second derivative of 3x²?",
        ),
        Misconception(
            "doubles the cross term",
            ((6, -4), (-4, 10)),
            "The diagonal is right. Differentiating a square twice leaves a factor of 2. Differentiating "
            "the product xy twice does not. Differentiate −2xy with respect to x, then with respect to y.",
        ),
        Misconception(
            "halves the cross term",
            ((6, -1), (-1, 10)),
            "The diagonal is right. Splitting the coefficient of xy between the two mixed entries is "
            "right for the matrix A with f = wᵀAw. In the Hessian, each mixed entry is a second derivative: "
            "differentiate −2xy with respect to x, then with respect to y.",
        ),
        Misconception(
            "puts the cross term on one side",
            ((6, -2), (0, 10)),
            "∂²f/∂x∂y and ∂²f/∂y∂x are the same number here. Which of your entries must change?",
            matches=lambda H: (
                np.allclose(np.diag(H), (6, 10), rtol=0.01) and (H[0, 1] == 0) != (H[1, 0] == 0)
            ),
        ),
        Misconception(
            "forgets the cross term",
            ((6, 0), (0, 10)),
            "This is the Hessian of 3x² + 5y². Now differentiate −2xy with respect to x, then with "
            "respect to y.",
        ),
        Misconception(
            "loses the sign",
            ((6, 2), (2, 10)),
            "This is the Hessian of 3x² + 2xy + 5y². The sizes of your entries are right. What happened "
            "to the minus sign?",
        ),
        Misconception(
            "loses the sign on one side",
            ((6, -2), (2, 10)),
            "The sizes are right, but this matrix is not symmetric. Differentiate −2xy with respect to x "
            "and then y. Then do it in the other order.",
            matches=lambda H: any(np.allclose(M, ((6, -2), (2, 10)), atol=0.1) for M in (H, H.T)),
        ),
        Misconception(
            "swaps the coordinates",
            ((10, -2), (-2, 6)),
            "These are the right numbers, but in the order y, x. The first row and the first column "
            "belong to x.",
        ),
    ),
    hints=(
        "Write the gradient first: one line for x, one for y.",
        "The first line is 6x − 2y. Its derivatives with respect to x and to y are the first row of H.",
    ),
)

_AT_A_POINT = Exercise(
    id="1.2",
    prompt="What is the Hessian of f(x, y) = x²y + y³ at the point (x, y) = (2, 1)?",
    kinds=(Matrix((2, 2)),),
    solution=((2, 4), (4, 6)),
    praise="The entries are 2y, 2x and 6y at this point. At another point they have other values. Only a "
    "quadratic function has the same H everywhere.",
    misconceptions=(
        Misconception(
            "swaps the point",
            ((4, 2), (2, 12)),
            "This is the Hessian at (1, 2). Which coordinate comes first?",
        ),
        Misconception(
            "swaps the coordinates",
            ((6, 4), (4, 2)),
            "These are the right numbers, but in the order y, x. The first row and the first column "
            "belong to x.",
        ),
        Misconception(
            "halves the diagonal",
            ((1, 4), (4, 3)),
            "The mixed entries are right. Your diagonal entries are half as large as the second "
            "derivatives. The ½ belongs to the formula for the height, not to the Hessian. Differentiate "
            "x²y twice with respect to x, and set y = 1.",
        ),
        Misconception(
            "exchanges 2x and 2y",
            ((4, 2), (2, 6)),
            "The last entry is right. Your first row holds 2x and 2y. It would be right if the slope in x "
            "were x² + y². What is the slope in x of x²y?",
        ),
        Misconception(
            "halves everything",
            ((1, 2), (2, 3)),
            "This is half of the Hessian. It would be right for f/2. Check one entry: differentiate x²y "
            "twice with respect to x, and set y = 1.",
        ),
        Misconception(
            "writes the second row twice",
            ((4, 6), (4, 6)),
            "Each of your rows holds the two derivatives of the slope in y. That is right for the second "
            "row. The first row holds the derivatives of the slope in x.",
        ),
        Misconception(
            "puts x into the last entry",
            ((2, 4), (4, 12)),
            "Three entries are right. The last entry would be 12 if y were 2. Which coordinate is 2 here?",
        ),
        Misconception(
            "puts y = 2 into the first entry",
            ((4, 4), (4, 6)),
            "Three entries are right. The first entry would be 4 if y were 2. Which coordinate is 2 here?",
        ),
        Misconception(
            "differentiates y³ once",
            ((2, 4), (4, 3)),
            "Three entries are right. 3y² is the slope of y³. What is its second derivative?",
        ),
        Misconception(
            "takes the outer product of the gradient",
            ((16, 28), (28, 49)),
            "That is ∇f ∇fᵀ. It is made of slopes alone and holds no second derivative. (A matrix like it "
            "returns in lesson 07.) Differentiate each line of the gradient once more.",
        ),
        Misconception(
            "takes the pure derivatives only",
            ((2, 0), (0, 6)),
            "The diagonal is right: it holds the curvatures along the axes. What happens to the slope in x "
            "when y changes?",
        ),
        Misconception(
            "doubles the mixed derivative",
            ((2, 8), (8, 6)),
            "The diagonal is right. Each mixed entry is a single second derivative of x²y: once with "
            "respect to x and once with respect to y. It is not the sum of the two mixed entries.",
        ),
        Misconception(
            "halves the mixed derivative",
            ((2, 2), (2, 6)),
            "The diagonal is right. Each mixed entry is the derivative of 2xy with respect to y. Set x = "
            "2 at the end.",
        ),
    ),
    hints=(
        "The gradient is (2xy, x² + 3y²).",
        "Differentiate each of its two entries with respect to x and to y. Set x = 2 and y = 1 at the "
        "very end.",
    ),
)

_ALONG = Exercise(
    id="1.3",
    prompt="H = [[3, 1], [1, 3]]. What is the curvature along the direction of (1, 2)?",
    kinds=(Number(),),
    solution=3.8,
    praise="vᵀHv = 19 and vᵀv = 5. The result lies between λ₂ = 2 and λ₁ = 4. It is closer to λ₁, because "
    "(1, 2) points nearly along v₁ = (1, 1)/√2.",
    misconceptions=(
        Misconception(
            "does not scale the direction to length 1",
            19,
            "19 is vᵀHv for your v, which has length √5. The eigenvalues are 4 and 2, so no direction can "
            "have a curvature above 4. What does the length of v do to vᵀHv?",
        ),
        Misconception(
            "divides by the length once",
            19 / 5**0.5,
            "This is vᵀHv divided by the length of v. The length enters vᵀHv twice, once with each v. The "
            "answer must lie between 2 and 4.",
        ),
        Misconception(
            "divides by the squared length twice",
            19 / 25,
            "This is vᵀHv divided by the fourth power of the length. The length enters vᵀHv twice, once with "
            "each v. The answer must lie between 2 and 4.",
        ),
        Misconception(
            "divides by the sum of the entries",
            19 / 9,
            "This is vᵀHv for the vector (⅓, ⅔), whose entries add up to 1. A direction has length 1 if the "
            "squares of its entries add up to 1.",
        ),
        Misconception(
            "divides by the sum of the entries, once",
            19 / 3,
            "This is vᵀHv divided by 1 + 2, the sum of the entries of v. The eigenvalues are 4 and 2, so no "
            "direction can have a curvature above 4. How do you get the length of a vector from its entries, "
            "and how often does this length enter vᵀHv?",
        ),
        Misconception(
            "counts the cross term once",
            17 / 5,
            "This is right for a matrix with a single 1 off the diagonal. H has two, and each of them "
            "multiplies the product of the two entries of v.",
        ),
        Misconception(
            "answers 3 (the mean, or the diagonal alone)",
            3,
            "3 is the mean curvature over all directions. It is also the curvature along (1, 2) if H has "
            "zeros off the diagonal. What do the two mixed entries add to vᵀHv?",
        ),
        Misconception(
            "reports half the curvature",
            1.9,
            "That is ½vᵀHv for a v of length 1. It is the height of the surface at the distance 1. The "
            "curvature has no ½.",
        ),
        Misconception(
            "reports the height at (1, 2)",
            9.5,
            "That is ½wᵀHw, the height of the surface at w = (1, 2). For the curvature, v must have "
            "length 1, and there is no ½.",
        ),
        Misconception(
            "takes the length of Hv",
            (74 / 5) ** 0.5,
            "That is the length of the vector Hv for a v of length 1. Only the part of Hv along v counts for "
            "the curvature: multiply once more by v.",
        ),
        Misconception(
            "takes the largest eigenvalue",
            4,
            "4 is λ₁, the curvature along v₁ = (1, 1)/√2. Your direction is (1, 2): compute vᵀHv/vᵀv.",
        ),
    ),
    hints=(
        "The formula vᵀHv is for a v of length 1. For any other v, divide it by vᵀv.",
        "H(1, 2) = (5, 7). Multiply it by (1, 2), and divide by the squared length.",
    ),
)

_AVERAGE = Exercise(
    id="1.4",
    prompt="In ten dimensions, one eigenvalue of H is 91 and the other nine are 1. What is the expected "
    "curvature along a direction drawn uniformly at random?",
    kinds=(Number(),),
    solution=10,
    praise="The mean is tr(H)/n = 100/10. About two draws in three give less (claim 1.7), and the few "
    "directions that lean towards v₁ make up for them. Lesson 09 turns this formula into a way to measure "
    "the trace.",
    misconceptions=(
        Misconception(
            "takes the largest eigenvalue",
            91,
            "91 is the curvature along v₁ itself. How much of a random direction points along v₁, on "
            "average?",
        ),
        Misconception(
            "takes the most frequent value",
            1,
            "1 is the curvature along a direction with no part along v₁. A random direction has a part "
            "along v₁. On average, the share of that part is a tenth.",
        ),
        Misconception(
            "takes the middle of the range",
            46,
            "46 is halfway between 91 and 1, which is right in two dimensions. In ten dimensions, each of "
            "the ten eigenvectors gets the same share on average.",
        ),
        Misconception(
            "counts the large eigenvalue only",
            9.1,
            "9.1 is what v₁ contributes on average: a tenth of 91. What do the nine other eigenvectors "
            "contribute?",
        ),
        Misconception(
            "gives a tenth of 91 − 1",
            9,
            "9 is the sum of the nine small eigenvalues. It is also a tenth of 91 − 1, which is how far the "
            "mean lies above the smallest eigenvalue. The question asks for the mean of all ten eigenvalues.",
            matches=lambda x: abs(x - 9) < 0.045,  # 9.1 has a reply of its own
        ),
        Misconception(
            "takes half the mean",
            5,
            "5 is the expected height ½vᵀHv at the distance 1. The curvature has no ½.",
        ),
        Misconception(
            "takes the range",
            90,
            "90 is the distance from the smallest curvature to the largest. The average lies between the "
            "two. Where does it lie, if each of the ten eigenvectors gets the same share on average?",
        ),
        Misconception(
            "forgets that the direction has length 1",
            100,
            "100 is the trace, which is right for vectors of length √10. The squared length of a direction "
            "is 1, so the ten shares add up to 1.",
        ),
        Misconception(
            "divides by the number of different eigenvalues",
            50,
            "50 is half of the trace, which is right in two dimensions. How many directions at right angles "
            "are there here?",
        ),
    ),
    hints=(
        "Write v as a sum over the eigenvectors, v = Σ cᵢvᵢ. Then vᵀHv = Σ λᵢcᵢ², and Σ cᵢ² = 1.",
        "A random direction prefers no eigenvector, so each cᵢ² is 1/n on average.",
    ),
)

_UNITS = Exercise(
    id="1.5",
    prompt="H = [[4, 2], [2, 9]]. The new units are w₁ = u₁/2 and w₂ = u₂/3. What is the Hessian in the "
    "coordinates u?",
    kinds=(Matrix((2, 2)),),
    solution=((1, 1 / 3), (1 / 3, 1)),
    praise="This is DHD with D = diag(½, ⅓). In these units the curvature is the same along both axes, "
    "and λ₁/λ₂ falls from 2.9 to 2.",
    misconceptions=(
        Misconception(
            "scales the rows only",
            ((2, 1), (2 / 3, 3)),
            "This is DH: the rows are scaled, the columns are not. A second derivative is taken with "
            "respect to two coordinates, and each coordinate brings its own factor.",
        ),
        Misconception(
            "scales the columns only",
            ((2, 2 / 3), (1, 3)),
            "This is HD: the columns are scaled, the rows are not. A second derivative is taken with "
            "respect to two coordinates, and each coordinate brings its own factor.",
        ),
        Misconception(
            "scales the wrong way",
            ((16, 12), (12, 81)),
            "That is D⁻¹HD⁻¹, which is right for the way back from u to w. One unit of u₁ is only half a "
            "unit of w₁. Is the slope per unit of u₁ larger or smaller than the slope per unit of w₁?",
        ),
        Misconception(
            "takes D⁻¹HD",
            ((4, 4 / 3), (3, 9)),
            "D⁻¹HD is right for a matrix that maps vectors to vectors, and it keeps the eigenvalues. But "
            "it is not symmetric, and a Hessian is. Write f in terms of u, and differentiate twice.",
            matches=lambda H: any(
                np.allclose(M, ((4, 4 / 3), (3, 9)), rtol=0.01) for M in (H, H.T)
            ),
        ),
        Misconception(
            "scales the diagonal only",
            ((1, 2), (2, 1)),
            "The diagonal is right. The mixed entry is a derivative with respect to u₁ and to u₂. It "
            "takes one factor from each.",
        ),
        Misconception(
            "scales the diagonal once",
            ((2, 1 / 3), (1 / 3, 3)),
            "The mixed entries are right: they take one factor from u₁ and one from u₂. For the top "
            "left entry, you differentiate twice with respect to u₁. How many factors does this entry take?",
        ),
        Misconception(
            "keeps the diagonal",
            ((4, 1), (1, 9)),
            "4 and 9 are the diagonal entries of the Hessian in w. f contains the terms 2w₁² and 4.5w₂². "
            "What becomes of these terms if you write them in u₁ and u₂?",
            matches=lambda H: (
                np.allclose(np.diag(H), (4, 9), rtol=0.01)
                and abs(H[0, 1] - H[1, 0]) < 0.01
                and abs(H[0, 1] - 2) > 0.01
            ),
        ),
        Misconception(
            "writes the factor for the mixed entry",
            ((1, 1 / 6), (1 / 6, 1)),
            "The diagonal is right. ⅙ is the factor for the mixed entry. Which number does it multiply?",
        ),
        Misconception(
            "drops the mixed entry",
            ((1, 0), (0, 1)),
            "The diagonal is right. But f contains the product w₁w₂, and in the new units it contains u₁u₂. "
            "Which factor does the mixed entry take?",
        ),
        Misconception(
            "takes one factor for each entry",
            ((2, 1), (1, 3)),
            "Each of your entries has one factor: 4·½, 2·½ and 9·⅓. A second derivative is taken with "
            "respect to two coordinates. How many factors does it need?",
        ),
        Misconception(
            "scales the diagonal once, and the mixed entry in another way",
            ((2, 0.5), (0.5, 3)),
            "Your diagonal entries are 4·½ and 9·⅓, with one factor each. A second derivative is taken "
            "with respect to two coordinates. How many factors does it need?",
            matches=lambda H: (
                np.allclose(np.diag(H), (2, 3), rtol=0.01) and abs(H[0, 1] - H[1, 0]) < 0.01
            ),
        ),
        Misconception(
            "takes the factor ½ twice for the mixed entry",
            ((1, 0.5), (0.5, 1)),
            "The diagonal is right. Your mixed entry is 2·½·½, which takes both factors from u₁. The mixed "
            "entry is a derivative with respect to u₁ and to u₂.",
        ),
        Misconception(
            "puts both factors on one side",
            ((1, 0.5), (2 / 9, 1)),
            "This is D²H or HD²: both factors D are on the same side of H. The result is not symmetric, "
            "and a Hessian is. One D belongs on each side.",
            matches=lambda H: any(
                np.allclose(M, ((1, 0.5), (2 / 9, 1)), rtol=0.01) for M in (H, H.T)
            ),
        ),
        Misconception(
            "thinks that H stays the same",
            ((4, 2), (2, 9)),
            "That is the Hessian in w. The surface stays the same, but one unit of u is a shorter step "
            "than one unit of w. Write f in terms of u, and differentiate twice.",
        ),
        Misconception(
            "rounds too coarsely",
            ((1, 0.3), (0.3, 1)),
            "Close. Give the mixed entry as a fraction, or to three digits.",
            matches=lambda H: bool(np.abs(H - ((1, 1 / 3), (1 / 3, 1))).max() < 0.05),
        ),
        Misconception(
            "gives another mixed entry",
            ((1, 0.4), (0.4, 1)),
            "The diagonal is right, and the mixed entry is not. f contains the term 2w₁w₂. Write this term "
            "in u₁ and u₂, and differentiate it once with respect to each.",
            matches=lambda H: (
                np.allclose(np.diag(H), (1, 1), rtol=0.01) and abs(H[0, 1] - H[1, 0]) < 0.01
            ),
        ),
    ),
    hints=(
        "Write the quadratic: ½wᵀHw = 2w₁² + 2w₁w₂ + 4.5w₂². Substitute w₁ = u₁/2 and w₂ = u₂/3.",
        "Entry (i, j) of H is multiplied by dᵢ·dⱼ, with d = (½, ⅓).",
    ),
)

EXERCISES = (_READ_OFF, _AT_A_POINT, _ALONG, _AVERAGE, _UNITS)
