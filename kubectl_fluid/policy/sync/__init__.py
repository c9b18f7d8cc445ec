"""Keeps the InjectionTemplates of a cluster as its Datasets, runtimes and FUSE DaemonSets have them be."""
