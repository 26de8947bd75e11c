"""Any text is read as a smooth real formula, or refused at once by name; nothing is ever run."""

import time

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.exact.parsing import CONSTANTS, FUNCTIONS, parse

NAMES = ("w1", "w2")
w1, w2 = sympy.symbols("w1 w2", real=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", sympy.Rational(1, 10)),
        ("2e-3*w1", w1 / 500),
        ("w1^2", w1**2),
        ("-w1**2", -(w1**2)),
        ("w1**-1", 1 / w1),
        ("w1**(-1/2)", 1 / sympy.sqrt(w1)),
        ("8 - 2 - 1", sympy.Integer(5)),
        (" +(w1 - (w2)) ", w1 - w2),
        ("e**2 + exp(1)", sympy.E**2 + sympy.E),
        ("cos(pi)", sympy.Integer(-1)),
        ("+".join(["w1"] * 60), 60 * w1),
    ],
)
def test_a_formula_is_read_exactly(text, expected):
    assert parse(text, NAMES) == expected


QUOTED_WHOLE = (
    "w1.__class__; lambda; sin(); foo(w1); w1(w2); True; nan; 3j; (w1; w1 // 2; w1 if w2 else "
    "1; not w1; 1/(w1 - w1); 1/sin(pi); log(0); sqrt(-1); (-8)**(1/3); sqrt(-w1**2); 9**99; "
    "1e400; exp(1000000000*log(9*w1))"
)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        *((text, text) for text in QUOTED_WHOLE.split("; ")),
        ("", "is empty"),
        (" ", "is empty"),
        (7, "int"),
        (None, "NoneType"),
        ('__import__("os").system("true")', '"'),
        ("w1[0]", "["),
        ("w1 < w2", "<"),
        ("lambda: w1", ":"),
        ("sin(x=w1)", "="),
        ("log(w1, 2)", ","),
        ("sin(*w1)", "*w1"),
        ("sin + 1", "sin"),
        ("z + 1", "z"),
        ("2w1", "2*w1"),
        ("2(w1)", "2*("),
        ("w1 w2", "w2"),
        ("w1/0", "'w1/0' divides by zero"),
        ("sqrt(w1**2)", "Abs(w1)"),
        ("w1**w2", "w2"),
        ("9**9**9", "9**9"),
        ("((((w1**20)**20)**20)**20)", "w1**20"),
        ("sin(w1**20)**20", "w1**20"),
        ("exp(exp(exp(exp(9))))", "exp(exp(9))"),
        ("(99999.99999/1000000007)^(1/999999999989)", "1/999999999989"),
        ("(2/10^12)^(7/1000003)", "7/1000003"),
        ("w1^0.00001", "0.00001"),
        ("w1^-(1/1001)", "-(1/1001)"),
        ("(" * 10_000 + "w1" + ")" * 10_000, "longer than 200"),
        ("(" * 50 + "w1" + ")" * 50, "nested"),
        ("w1\0", r"\x00"),
        ("w1 # + w2", "#"),
        ("w1 − w2", "U+2212"),
        ("ｗ1", "U+FF57"),
        ("\ud800", "U+D800"),
    ],
)
def test_all_else_is_refused_at_once_by_name(text, piece):
    start = time.perf_counter()
    with pytest.raises(ValueError, match="A formula may contain numbers, w1, w2, pi") as refusal:
        parse(text, NAMES)
    assert piece in str(refusal.value).split(". A formula may contain")[0]
    assert time.perf_counter() - start < 1


# SymPy raises the factors of a number to powers as high as the root, and adds up the exponents of
# one number: their denominators multiply.
COSTLY = (
    "(99999.99999/1000000007)^(1/997)",
    "12^(400/997)*12^(300/991)*12^(1/983)",
    "(12*w1)^(400/997)*12^(300/991)",
    "12^(40/97)*12^(30/91)",
    "((999999999989 - 9)^(1/997)/(12 - w1))^-3",
    "(w1*12^(1/97))^(1/9)*12^(1/8)*12^(1/7)",
    "(1/999999999989)^(991/993)*(1/999999999989)^(881/883)",
    "sqrt(" * 9 + "(w1/999999999989)^(991/997)" + ")" * 9,
)


@pytest.mark.parametrize("text", COSTLY)
def test_roots_that_would_take_long_are_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(ValueError, match=r"root|digits"):
        parse(text, NAMES)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "text",
    ["w1^0.77 + w2^(1/3)", "0.15*w1^0.333 + 0.35*w2^0.667 + 17.5*w1", "sqrt(w1*sqrt(w2))/3.14159",
     "12^(1/7)*12^(3/7)", "(3.14*w1)^0.333", "(w1 + 7)^(7/97) + (w1 + 9)^(9/97)"],
)  # fmt: skip
def test_roots_as_people_write_them_are_read_at_once(text):
    start = time.perf_counter()
    assert parse(text, NAMES)
    assert time.perf_counter() - start < 1


SIGNS = "+-*/^()(),.:='\"[]_ 0123456789"
pieces = [*NAMES, *FUNCTIONS, *CONSTANTS, *SIGNS, "**", "1e9", "exp(log("]
traps = ["lambda ", "if ", " else ", "not ", "for", "in ", "0x", "1_0", "j", "__class__", "²", "π"]
tokens = st.sampled_from(pieces + traps)
formulas = st.recursive(
    st.sampled_from(["w1", "w2", "pi", "e", "0", "1", "2", "0.5", "9", "99999"]),
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({})".format, st.sampled_from([*FUNCTIONS, "-"]), inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "-3", "(1/3)", "0.77", "20"])),
    ),
    max_leaves=12,
)
ALLOWED = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Rational, type(sympy.pi), type(sympy.E))
ALLOWED += tuple(f for name, f in FUNCTIONS.items() if name != "sqrt")


@pytest.mark.filterwarnings("error")
@settings(deadline=1000, max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(tokens, max_size=30).map("".join), formulas))
def test_any_text_is_either_a_smooth_real_formula_or_a_value_error(text):
    try:
        expression = parse(text, NAMES)
    except ValueError:
        return
    for part in sympy.preorder_traversal(expression):
        assert part in (w1, w2) or isinstance(part, ALLOWED)


@pytest.mark.parametrize(
    "names", [(), ("w1", "w1"), ("1w",), ("if",), ("sin",), ("e",), ("λ",), (w1,)]
)
def test_a_variable_needs_a_name_that_means_nothing_else(names):
    with pytest.raises(ValueError, match="variables must"):
        parse("1", names)
