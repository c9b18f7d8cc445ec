"""Manifests that a newcomer would copy from documentation: Secret, Dataset, JuiceFSRuntime, DataLoad and Job.

Pure functions from checked values to objects. Fluid writes many of these values into shell scripts without quotes, so
whatever a shell could take for more than a word is refused. What comes out is what
https://juicefs.com/docs/zh/cloud/kubernetes/use_in_eci and Fluid's own samples show, with every field that counts.
"""
