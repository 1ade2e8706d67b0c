"""Pages of the court: the form by which a deviation comes before it, and what its record pages show."""
