"""The sketches of the folds "How it works", which `python -m training.sketches` draws."""
