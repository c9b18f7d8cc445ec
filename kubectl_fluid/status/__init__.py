"""How the datasets of a cluster are: what is read, what it means, and a verdict. Knows nothing of printing."""
