"""What the tab Inside is made of, a sub-tab a file."""
