"""Faces, style and features: an interactive demo of convolutional networks."""
