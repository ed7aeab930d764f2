"""How each tab works: its formula, a sketch drawn here, and the papers it comes from."""
