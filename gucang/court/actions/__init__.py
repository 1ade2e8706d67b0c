"""The verbs of the court, one file for each noun, and the verdicts apart."""
