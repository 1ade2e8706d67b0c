"""Pages of audits that the generic ones cannot express."""
