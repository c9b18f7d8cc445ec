"""The decision about one Pod, and the patch that carries it out. A pure function: see `plan`."""
