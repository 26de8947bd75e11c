"""Small problems, solved exactly with NumPy, SciPy and SymPy. No JAX: it also runs in a browser."""
