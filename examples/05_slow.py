"""Long work that says how far it has come; `fleeting.progress` is there inside each run."""

import time

import fleeting


def slow(steps: int = 20, pause_seconds: float = 0.15) -> str:
    for step in range(steps):
        fleeting.progress(step, steps, note=f"step {step + 1} of {steps}")
        time.sleep(pause_seconds)
    fleeting.progress(steps, steps, note="done")
    return f"{steps} steps"
