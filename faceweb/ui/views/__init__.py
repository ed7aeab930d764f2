"""Results turned into what a template shows."""
