"""The patcher as an admission webhook."""
