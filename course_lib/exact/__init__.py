"""Small problems, solved exactly, with NumPy, SciPy and SymPy: no JAX, so it also runs in a browser."""
