"""Measurements of speed and memory, ratios within one run: `make bench` or `python -m benchmarks NAME`.

Never part of the tests: those only check, at a tiny size, that all ways of a measurement pose the same problem.
"""
