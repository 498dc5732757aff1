"""How a model is solved: Pyomo to labelled arrays, one live HiGHS, stages, infeasibility.

Nothing in this package knows energy policy; it imports neither `dualcontrol.model` nor the planner's
modules.
"""
