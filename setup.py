from setuptools import find_packages, setup

setup(packages=["fleeting", *(f"fleeting.{name}" for name in find_packages("src"))])
