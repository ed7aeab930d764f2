"""The parts of the tab of one and three dimensions."""
