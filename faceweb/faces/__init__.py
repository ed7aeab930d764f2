"""Faces: found, aligned, embedded, compared, and what a distance is worth."""
