"""The pure core: what tasks, runs and results are, and every decision about them."""
