"""Pages that the generic ones cannot express."""
