"""What planners run, packed so that `dualcontrol app` finds notebook 2; no code of the program lies here."""
