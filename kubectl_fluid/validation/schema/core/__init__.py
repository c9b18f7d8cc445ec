"""Rules of built-in kinds that no schema tells: what users meet of an API server's own code.

Kubernetes v1.37, pkg/apis/*/validation and the defaults of pkg/apis/*/v1. Each rule takes objects that were decoded
already, so that types are right and nulls are gone.
"""
