"""The optimisation model of a plan year in Pyomo: one small function per constraint, named by its clause."""
