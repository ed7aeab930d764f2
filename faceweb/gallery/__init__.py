"""A visitor's enrolled people: tables, search, export and import, feedback."""
