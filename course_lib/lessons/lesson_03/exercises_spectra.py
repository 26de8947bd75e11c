"""Exercises of lesson 03 on what the eigenvalues say, with the wrong answers that people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception

_KINDS_OF_POINT = ("minimum", "maximum", "saddle", "undecided", "no critical point")
_IS_IT = Exercise(
    id="3.1",
    prompt="Take f = x² + y² + x at the origin, where H has the eigenvalues 2 and 2. What is the "
    "origin?",
    kinds=(Choice(_KINDS_OF_POINT),),
    solution="no critical point",
    praise="∇f = (1, 0) at the origin, so the origin is not a critical point. The minimum is at "
    "(−½, 0). The Hessian is the same at both points.",
    misconceptions=(
        Misconception(
            "looks at the spectrum only",
            "minimum",
            "That would be right if ∇f were zero at the origin. Compute ∇f there first.",
        ),
        Misconception(
            "thinks that equal eigenvalues leave the class open",
            "undecided",
            "That would be right if an eigenvalue were zero. Two equal positive eigenvalues mean "
            "that the function curves like a round bowl. Is the origin the lowest point of this "
            "bowl?",
        ),
        Misconception(
            "takes a slope for a saddle",
            "saddle",
            "f does rise on one side of the origin and fall on the other. But a tilted plane "
            "does that, too. What must ∇f be at a saddle?",
        ),
        Misconception(
            "loses the sign",
            "maximum",
            "That would need two negative eigenvalues, and here both are +2. Also ask what ∇f is "
            "at the origin.",
        ),
    ),
    hints=(
        'Possible answers: "' + '", "'.join(_KINDS_OF_POINT) + '".',
        "Look at the first derivatives before you look at the second derivatives.",
    ),
)

VERDICTS = (
    "minimum",
    "maximum",
    "saddle",
    "undecided",
    "undecided, no maximum",
    "undecided, no minimum",
)
_SPECTRUM = Choice(VERDICTS)
_OPEN = VERDICTS[3:]


def _wrong(part, answers, message, name):
    """Return a misconception about one of six answers, whatever the others are."""
    return Misconception(
        name,
        tuple(answers[0] if i == part else ANY for i in range(6)),
        message,
        matches=lambda *given: given[part] in answers,
    )


_SIX_SPECTRA = Exercise(
    id="3.2",
    prompt="What do these spectra say at a critical point? (a) 3, 0.5 (b) 0.4, 0, −7 (c) 6, 0 "
    "(d) −1, −3 (e) 0, 0 (f) 2·10⁻⁹, 10⁻⁹.",
    kinds=(_SPECTRUM,) * 6,
    solution=(
        "minimum",
        "saddle",
        "undecided, no maximum",
        "maximum",
        "undecided",
        "minimum",
    ),
    praise="All six are right. The order of the questions settles (b): both signs come first, "
    "then zeros, then the common sign. And in (f) small does not mean zero.",
    misconceptions=(
        _wrong(
            1,
            _OPEN,
            "(b) That would be right for 0.4, 0, 7. Here the function rises along one "
            "eigenvector and falls along another. Can the third eigenvector change that?",
            "lets a zero override both signs",
        ),
        _wrong(
            2,
            ("minimum",),
            "(c) That would be right for 6, 1. The function 3x² − y⁴ has the spectrum 6, 0 at the "
            "origin. Move along y.",
            "takes a zero for a small positive eigenvalue",
        ),
        _wrong(
            2,
            ("undecided",),
            "(c) The point is undecided, but the spectrum says more. The function rises along "
            "the first eigenvector. Which class does that rule out?",
            "forgets what the other eigenvalue rules out",
        ),
        _wrong(
            2,
            ("undecided, no minimum",),
            "(c) That would be right for −6, 0. Here the function rises along the first eigenvector. "
            "Which class does that rule out?",
            "rules out the wrong class",
        ),
        _wrong(
            2,
            ("saddle", "maximum"),
            "(c) For this class the function must fall along some direction. Which of the two "
            "eigenvalues would prove that it falls?",
            "takes a zero for a saddle",
        ),
        _wrong(
            5,
            _OPEN,
            "(f) That would be right if both eigenvalues were zero. But multiply the loss by "
            "10⁹, and its shape stays the same. Compare each eigenvalue with the largest "
            "eigenvalue, not with 1.",
            "uses an absolute tolerance",
        ),
        _wrong(
            4,
            ("undecided, no maximum", "undecided, no minimum"),
            "(e) To rule out a class, you need a direction in which the function certainly rises "
            "or certainly falls. Which eigenvalue shows such a direction?",
            "rules a class out without a reason",
        ),
        _wrong(
            4,
            ("minimum", "maximum", "saddle"),
            "(e) Every entry of this Hessian is zero. In which direction do you know that the "
            "function rises, or that it falls?",
            "reads a class off an all-zero spectrum",
        ),
        _wrong(
            0,
            ("saddle", "maximum", *_OPEN),
            "(a) Both eigenvalues are positive. Their sizes differ, so the bowl is longer in one "
            "direction than in the other. Does it still rise in every direction?",
            "takes unequal eigenvalues for eigenvalues of both signs",
        ),
        _wrong(
            3,
            ("minimum", "saddle", *_OPEN),
            "(d) The function falls along both eigenvectors, so it falls along every direction between "
            "them. Which class is that?",
            "loses the sign",
        ),
        _wrong(
            1,
            ("minimum", "maximum"),
            "(b) One eigenvalue is 0.4 and another is −7. Look at both ends of the spectrum.",
            "reads one end of the spectrum only",
        ),
        _wrong(
            5,
            ("saddle", "maximum"),
            "(f) The minus sign is in the exponent, and 10⁻⁹ is a positive number. What are the "
            "signs of the two eigenvalues?",
            "takes the sign of the exponent for the sign of the number",
        ),
    ),
    hints=(
        'Possible answers: "'
        + '", "'.join(VERDICTS)
        + '". The answer "undecided, no maximum" means that the spectrum rules out a maximum and '
        "nothing else.",
        "Ask in this order. Are both signs present? Is there a zero? Which sign do they share?",
        "Compare sizes within each spectrum. An eigenvalue counts as zero if it is tiny compared "
        "with the eigenvalue that is largest in size.",
    ),
)

EXERCISES = (_IS_IT, _SIX_SPECTRA)
