"""Adam's direction against Keras's own optimizer."""

import keras
import numpy as np

from faceweb.style.optimizer import FIRST, SECOND, adam_update


def test_three_steps_are_those_of_keras():
    start = np.array([1.0, -2.0, 0.5], np.float32)
    slopes = [np.array(s, np.float32) for s in ((1, -3, 0.1), (0.5, 2, -1), (-2, 0.2, 0.3))]
    variable = keras.Variable(start)
    optimizer = keras.optimizers.Adam(0.1, beta_1=FIRST, beta_2=SECOND, epsilon=1e-8)
    mine, first, second = start, 0.0, 0.0
    for step, gradient in enumerate(slopes, start=1):
        optimizer.apply([gradient], [variable])
        direction, first, second = adam_update(gradient, first, second, step)
        mine = mine - 0.1 * np.asarray(direction)
    np.testing.assert_allclose(mine, variable.numpy(), atol=1e-5)
