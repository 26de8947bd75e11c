"""Large problems, seen only through products with the Hessian: models in JAX and in PyTorch."""
