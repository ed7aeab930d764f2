"""What a visitor has under way."""
