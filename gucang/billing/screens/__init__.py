"""Pages of money that the generic ones cannot express: the allocation, the ageing report, the statement."""
