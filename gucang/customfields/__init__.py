"""Own fields as administrators make them: what a company adds to its record types, while the program runs."""
