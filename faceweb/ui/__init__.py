"""The page: tabs, views, and what a visitor has under way."""
