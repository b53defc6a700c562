"""Functions in, fleeting results out."""
