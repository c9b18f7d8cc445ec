"""Injection without a server: admission policies of the API server that do to a Pod what `injection.plan` does."""
