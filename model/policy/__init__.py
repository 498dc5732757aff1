"""The rules of the plan, one file per group of clauses.

Each rule reads the accounts and posts ledger entries under the id of its clause, or shuts a gate and
gives the reason.
"""
