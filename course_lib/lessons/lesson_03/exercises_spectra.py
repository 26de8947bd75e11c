"""Exercises of lesson 03 on what the eigenvalues say, with the wrong answers that people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception

_KINDS_OF_POINT = ("minimum", "maximum", "saddle", "undecided", "no critical point")
_IS_IT = Exercise(
    id="3.1",
    prompt="f = x² + y² + x at the origin, where H has the eigenvalues 2 and 2: what is the origin?",
    kinds=(Choice(_KINDS_OF_POINT),),
    solution="no critical point",
    praise="∇f = (1, 0) at the origin. The minimum is at (−½, 0), and the Hessian there is the same.",
    misconceptions=(
        Misconception(
            "looks at the spectrum only",
            "minimum",
            "That would be right if ∇f were zero at the origin. Compute ∇f there first.",
        ),
        Misconception(
            "takes equal eigenvalues for a doubtful case",
            "undecided",
            "That would be right if an eigenvalue were zero. Equal eigenvalues are not a problem: they "
            "belong to a round bowl. But is the origin its lowest point?",
        ),
        Misconception(
            "takes a slope for a saddle",
            "saddle",
            "f does rise on one side of the origin and fall on the other. A plain slope does that, too. "
            "What must ∇f be at a saddle?",
        ),
        Misconception(
            "loses the sign",
            "maximum",
            "That would need negative eigenvalues, and both are +2. And what is ∇f at the origin?",
        ),
    ),
    hints=(
        'Possible answers: "' + '", "'.join(_KINDS_OF_POINT) + '".',
        "Look at the first derivatives before the second ones.",
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
    praise="You asked in the right order: both signs first, then zeros, then the common sign. And you "
    "did not take small for zero.",
    misconceptions=(
        _wrong(
            1,
            _OPEN,
            "(b) That would be right for 0.4, 0, 7. Here one direction rises and another falls. Can "
            "anything that happens along the third direction undo that?",
            "lets a zero override both signs",
        ),
        _wrong(
            2,
            ("minimum",),
            "(c) That would be right for 6, 1. The function 3x² − y⁴ has the spectrum 6, 0 at the "
            "origin. Walk along y.",
            "takes a zero for a small positive eigenvalue",
        ),
        _wrong(
            2,
            ("undecided",),
            "(c) It is undecided, but something is known. The function rises along the first "
            "eigenvector. Which class does that rule out?",
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
            "(c) That needs a direction along which the function falls for certain. Which of the two "
            "eigenvalues shows such a direction?",
            "takes a zero for a saddle",
        ),
        _wrong(
            5,
            _OPEN,
            "(f) That would be right if both were zero. But multiply the loss by 10⁹: its shape stays "
            "the same. Compare each eigenvalue with the largest one, not with 1.",
            "uses an absolute tolerance",
        ),
        _wrong(
            4,
            ("undecided, no maximum", "undecided, no minimum"),
            "(e) To rule a class out, a direction must rise or fall for certain. Which eigenvalue shows "
            "such a direction?",
            "rules a class out without a reason",
        ),
        _wrong(
            4,
            ("minimum", "maximum", "saddle"),
            "(e) A Hessian of nothing but zeros: which direction is known to rise, and which to fall?",
            "takes zeros for a verdict",
        ),
        _wrong(
            0,
            ("saddle", "maximum", *_OPEN),
            "(a) Both eigenvalues are positive. Their different sizes make the bowl long. Do they stop "
            "it from rising in every direction?",
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
            "(f) The minus stands in the exponent: 10⁻⁹ is a positive number. What are the signs of the "
            "two eigenvalues?",
            "takes the sign of the exponent for the sign of the number",
        ),
    ),
    hints=(
        'Possible answers: "'
        + '", "'.join(VERDICTS)
        + '". With "undecided, no maximum" you say that the spectrum rules out a maximum and nothing '
        "else.",
        "Ask in this order. Are there both signs? Is there a zero? Which sign do all of them share?",
        "An eigenvalue counts as zero if it is tiny beside the largest one of the same spectrum.",
    ),
)

EXERCISES = (_IS_IT, _SIX_SPECTRA)
