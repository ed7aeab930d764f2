"""Adam's update, for whatever is minimised without a Keras optimizer.

Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization".
"""

from keras import ops

FIRST, SECOND, TINY = 0.9, 0.99, 1e-8


def adam_update(gradient, first, second, step):
    """Where to go, in units of the step size, and the moments after this step.

    Args:
        gradient: of the cost.
        first, second: moments of the gradients before, of its shape; zeros at the start.
        step: how many steps there are with this one, from 1.

    Returns:
        direction to be subtracted, first and second moment, each of the gradient's shape.
    """
    first = FIRST * first + (1 - FIRST) * gradient
    second = SECOND * second + (1 - SECOND) * ops.square(gradient)
    size = ops.sqrt(second / (1 - SECOND**step)) + TINY
    return first / (1 - FIRST**step) / size, first, second
