"""Keras graphs, their weights, and the device they run on."""
