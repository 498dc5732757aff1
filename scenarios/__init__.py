"""The scenarios that come with the program, one folder each (a `scenario.toml` and CSV tables).

It is a package only so that an installed wheel carries the folders; `dualcontrol demo` reads them from here.
"""
