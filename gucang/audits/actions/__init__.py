"""The verbs of audits, one file for each noun."""
