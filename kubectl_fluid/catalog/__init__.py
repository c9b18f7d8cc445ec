"""Claims, from manifests or from a live API server. Knows no application's Pod."""
