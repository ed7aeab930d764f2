"""Untrusted files turned into arrays."""
