"""What the page answers beside itself: health, figures, and the gate that guards it."""
