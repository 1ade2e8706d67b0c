"""The verbs of this module, by what they are done to."""
