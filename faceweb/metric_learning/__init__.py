"""Embeddings learnt from triplets and pairs."""
