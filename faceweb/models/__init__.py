"""Keras models and their weights. No Gradio."""
