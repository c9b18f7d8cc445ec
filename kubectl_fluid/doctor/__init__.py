"""What stands between a person and this program's work: this machine, the cluster, what is installed in it, rights."""
