"""The smallest script: two parameters in, one number out."""


def add(a: float, b: float) -> float:
    return a + b
