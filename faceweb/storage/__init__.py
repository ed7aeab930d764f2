"""The gallery: tables and the search over them. No Gradio, no TensorFlow."""
