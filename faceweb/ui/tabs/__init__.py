"""One tab a file: layout, wiring and handlers under ten lines."""
