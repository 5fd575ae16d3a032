"""The learning rate over the steps of a run."""

import math


def learning_rate(step: int, steps: int, warm_up_steps: int, peak: float) -> float:
    """A straight rise to `peak`, then half a cosine down to nearly nothing (Loshchilov and Hutter 2017)."""
    if step < warm_up_steps:
        return peak * (step + 1) / warm_up_steps
    done = (step - warm_up_steps) / max(steps - warm_up_steps, 1)
    return peak * (1 + math.cos(math.pi * done)) / 2
