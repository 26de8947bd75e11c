"""Exercises 2.5 and 2.6: features, units, and a mixed problem, with wrong answers that people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_FEATURES = Exercise(
    id="2.5",
    prompt="H = [[9, 3.6], [3.6, 4]] is the second-moment matrix of two features with mean 0. What is "
    "their correlation? And what is κ after each feature is scaled to variance 1?",
    kinds=(Number(), Number()),
    solution=(0.6, 4.0),
    praise="The scaled matrix is [[1, 0.6], [0.6, 1]] with eigenvalues 1.6 and 0.4. Scaling features one "
    "by one cannot change their correlation.",
    misconceptions=(
        Misconception(
            "swaps the two answers",
            (4.0, 0.6),
            "The numbers are right, but they are in the wrong order. Give the correlation first, then κ.",
        ),
        Misconception(
            "gives the covariance",
            (3.6, ANY),
            "3.6 is the covariance. Divide it by both standard deviations to get the correlation.",
        ),
        Misconception(
            "divides by one variance",
            (0.4, ANY),
            "The covariance divided by one variance is the slope of a regression. To get the correlation, "
            "divide by both standard deviations.",
            matches=lambda a, b: abs(a - 0.4) < 0.004 or abs(a - 0.9) < 0.009,
        ),
        Misconception(
            "squares the correlation",
            (0.36, ANY),
            "0.36 is 3.6²/(9·4), the squared covariance divided by both variances. To get the correlation, "
            "divide the covariance itself by both standard deviations.",
        ),
        Misconception(
            "divides by both variances",
            (0.1, ANY),
            "0.1 is the covariance divided by both variances. To get the correlation, divide by the "
            "standard deviations, which are the square roots of the variances.",
        ),
        Misconception(
            "thinks that scaling makes the bowl round",
            (0.6, 1),
            "κ = 1 would be right for uncorrelated features. Here the correlation is still there. The scaled "
            "matrix has 1 and 1 on its diagonal and the correlation off the diagonal: what are its "
            "eigenvalues?",
        ),
        Misconception(
            "gives λ₁ of the scaled matrix",
            (0.6, 1.6),
            "1.6 is the largest eigenvalue of the scaled matrix. Divide it by the smallest eigenvalue to "
            "get κ.",
        ),
        Misconception(
            "takes the ratio of the variances",
            (0.6, 2.25),
            "κ would be 9/4 if the features were uncorrelated and not scaled. Compute the matrix after "
            "scaling.",
        ),
        Misconception(
            "takes the ratio of the axes",
            (0.6, 2.0),
            "After scaling, the ellipse is 2 times as long as it is wide. But κ is the ratio of the "
            "eigenvalues. How is κ related to the ratio of the axes?",
        ),
        Misconception(
            "squares the ratio",
            (0.6, 16.0),
            "16 is the square of κ. The ratio of the eigenvalues of the scaled matrix is κ itself.",
        ),
        Misconception(
            "gives κ before scaling",
            (0.6, 5.141),
            "5.14 is κ of the matrix before scaling. Scale first: what is the diagonal of the scaled matrix?",
        ),
        Misconception(
            "divides the smaller by the larger",
            (0.6, 0.25),
            "You divided the smaller eigenvalue by the larger one. κ is the larger eigenvalue divided by the "
            "smaller one, so it is never below 1.",
        ),
        Misconception(
            "gives another κ",
            (0.6, 2.8),
            "Your correlation is right, and your κ belongs to another matrix. The scaled matrix has 1 and 1 "
            "on its diagonal and your correlation off the diagonal. Multiply it by (1, 1) and by (1, −1): "
            "what are its eigenvalues?",
            matches=lambda a, b: abs(a - 0.6) < 0.006,
        ),
    ),
    hints=(
        "For features with mean 0 the diagonal holds the variances, and H₁₂ is the covariance.",
        "After scaling, the matrix has 1 and 1 on its diagonal and the correlation ρ off the diagonal. Its "
        "eigenvalues are 1 + ρ and 1 − ρ.",
    ),
)

_MIXED = Exercise(
    id="2.6",
    prompt="The loss is f = 10w₁² + 4w₁w₂ + 2.5w₂², and η = 0.09. Which direction is slower? By which factor "
    "does a step multiply the loss along it? Then change the units to w₁ = ½u₁ and keep η. By which "
    "factor does a step multiply the loss along the direction that is now the slower one?",
    kinds=(Choice(("v1", "v2", "same")), Number(rtol=0.012), Number(rtol=0.012)),
    solution=("v1", 0.7921, 0.5329),
    praise="The eigenvalues are 21 and 4, so a step multiplies the errors by 0.89 and 0.64: here the stiff "
    "direction is the slower one. In the new units the eigenvalues are 7 and 3, a step multiplies the "
    "errors by 0.37 and 0.73, and the flat direction is the slower one.",
    misconceptions=(
        Misconception(
            "loses the ½ of the Hessian",
            ("v2", 0.6724, ANY),
            "0.6724 = 0.82² would be right for the eigenvalues 10.5 and 2. The coefficient of w₁² is 10. "
            "Differentiate twice: what is H₁₁?",
        ),
        Misconception(
            "copies the coefficients into the Hessian",
            ("v2", 0.8668, ANY),
            "Your loss factor would be right for the matrix [[10, 4], [4, 2.5]], which holds the "
            "coefficients of f. Differentiate twice: what are H₁₁ and H₂₂?",
        ),
        Misconception(
            "takes the flat direction for the slow one",
            ("v2", ANY, ANY),
            "The flat direction is slower for every step size below 2/(λ₁+λ₂). Is 0.09 below this "
            "value?",
        ),
        Misconception(
            "takes the two directions to be equally fast",
            ("same", ANY, ANY),
            "The two directions are equally fast only at η = 2/(λ₁+λ₂). Compute that step size.",
        ),
        Misconception(
            "takes the error for the loss",
            ("v1", 0.89, ANY),
            "0.89 is the factor of the error along v₁. To which power of the error is the loss proportional?",
        ),
        Misconception(
            "gives the error with its sign",
            ("v1", -0.89, ANY),
            "−0.89 is the number by which a step multiplies the error along v₁. To which power of the error "
            "is the loss proportional?",
        ),
        Misconception(
            "gives the loss a minus sign",
            ("v1", -0.7921, ANY),
            "Your loss factor has the right size. But f is never negative, so a step cannot change the sign "
            "of the loss.",
        ),
        Misconception(
            "gives the other direction's loss",
            ("v1", 0.4096, ANY),
            "0.4096 is the factor of the loss along v₂. But you named v₁ as the slower direction.",
        ),
        Misconception(
            "takes the flat factor, or a diagonal entry",
            ("v1", 0.64, ANY),
            "0.64 is the factor of the error along v₂, |1 − 0.09·4|. It is also (1 − 0.09·20)², where 20 is "
            "the diagonal entry H₁₁. The question asks for the factor of the loss along v₁, the direction "
            "that you named. Use λ₁.",
        ),
        Misconception(
            "leaves the factor as it was in the new units",
            ("v1", 0.7921, 0.7921),
            "The first two answers are right. In the new units the loss has a different Hessian, DHD "
            "with D = diag(½, 1). Compute its eigenvalues.",
        ),
        Misconception(
            "takes the error for the loss in the new units",
            ("v1", 0.7921, 0.73),
            "The first two answers are right. 0.73 is the factor of the error in the new units. The "
            "question asks for the loss.",
        ),
        Misconception(
            "stays with the stiff direction in the new units",
            ("v1", 0.7921, 0.1369),
            "The first two answers are right. 0.1369 is the factor of the loss along the stiff direction of "
            "the new Hessian. Which direction of the new Hessian is the slower one at η = 0.09?",
        ),
        Misconception(
            "multiplies the Hessian by D on one side only",
            ("v1", 0.7921, 0.4419),
            "The first two answers are right. Your last factor belongs to the matrix DH. Differentiating "
            "twice with respect to the new weights brings in D twice, once on each side.",
        ),
        Misconception(
            "turns the units round",
            ("v1", 0.7921, 39.39),
            "The first two answers are right. Your last factor belongs to w₁ = 2u₁. Here w₁ = ½u₁: which "
            "entries of H does D = diag(½, 1) change, and by how much?",
        ),
        Misconception(
            "takes the error along v₂ in the old units",
            ("v1", 0.7921, 0.64),
            "The first two answers are right. 0.64 = |1 − 0.09·4| is the factor of the error along v₂ in the "
            "old units. In the new units the loss has another Hessian. Compute its eigenvalues.",
        ),
        Misconception(
            "takes the loss to be gone in one step",
            ("v1", 0.7921, 0.0),
            "The first two answers are right. A factor of 0 would be right if 1/λ were 0.09: then a single "
            "step removes all of this part. Compute the eigenvalues of the new Hessian.",
        ),
        Misconception(
            "gives another factor of the loss in the new units",
            ("v1", 0.7921, 0.6),
            "The first two answers are right, and the third is not. Compute both eigenvalues of DHD with "
            "D = diag(½, 1), and both factors |1 − ηλ| for η = 0.09. Take the larger factor: does it "
            "belong to the error or to the loss?",
            matches=lambda slower, loss, new: slower == "v1" and abs(loss - 0.7921) <= 0.0095,
        ),
    ),
    hints=(
        "Differentiate twice: the coefficient of w₁² is 10, but H₁₁ is not 10.",
        "Compare η with 2/(λ₁+λ₂) to find the slower direction. The loss is quadratic in the error.",
        "In the new units the Hessian is DHD with D = diag(½, 1): H₁₁ is multiplied by ¼, H₁₂ by ½.",
    ),
)

EXERCISES = (_FEATURES, _MIXED)
