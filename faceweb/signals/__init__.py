"""Signals and volumes: the same convolution over one, two and three axes."""
