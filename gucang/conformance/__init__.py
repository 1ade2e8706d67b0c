"""Conformance: what really happened, from the company's own log, held against its processes every night."""
