"""`python -m dualcontrol`: the command line, where the folder of its script is not on the path."""

from dualcontrol.cli import main

if __name__ == "__main__":
    main()
