"""A county's yearly energy budget: load, account, judge, optimise, audit, publish.

Names are looked up only when used, so that `import dualcontrol` stays quick.
"""

from importlib.metadata import version

__version__ = version("dualcontrol")
