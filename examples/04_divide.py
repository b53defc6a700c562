"""A script that fails for some parameters: the error becomes the task's result."""


def divide(a: float, b: float) -> float:
    print(f"dividing {a} by {b}")
    return a / b
