"""The tab of one and three axes, a sub-tab a file."""
