"""What the plan is: tables, accounts, ledger, rules, the optimisation model, and its independent check.

Nothing in this package knows a solver or an office format; it imports neither `dualcontrol.solvers`
nor the planner's modules.
"""
