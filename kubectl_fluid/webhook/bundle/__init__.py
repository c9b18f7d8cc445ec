"""What runs the webhook in a cluster, as data: `policies/` is written from it, `webhook manifest` prints it."""
