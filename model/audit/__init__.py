"""The check (校核) of a plan against the input tables alone, in exact arithmetic.

This package keeps its own accounts and its own reading of the rules: of the project it imports
`dualcontrol.model.schema` and `dualcontrol.model.scenario` and nothing else, so that a mistake of the
builder cannot hide itself in the check.
"""
