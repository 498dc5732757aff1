"""The new power system: topology in networkx, one hour of operation in Pyomo, the network's inputs (3.4.2, 3.4.3)."""
