"""The pages that the generic ones cannot express."""
