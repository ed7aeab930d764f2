"""The tabs, one file or folder each: layout, wiring and handlers."""
