"""Pure functions of arrays: no files, no state."""
