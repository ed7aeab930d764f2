"""The tab Inside, a sub-tab a file."""
