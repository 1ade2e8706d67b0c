"""The REST API: every record type and every action, derived from their declarations.

Reading order: `urls` (which addresses there are), `door` (what every call passes), `operations` (what a call does),
`output` (a record as JSON), `schemas` and `openapi` (what the documentation says), `problems` (what may go wrong).
"""
