"""Parts of generic pages that this module fills."""
