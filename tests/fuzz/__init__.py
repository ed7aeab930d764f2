"""Damaged and hostile files for every decoder of the page, at random and from a corpus."""
