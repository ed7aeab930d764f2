"""What somebody of bad intent tries, and what comes of it."""
