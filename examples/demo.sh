#!/usr/bin/env bash
# The main job on the files of this folder: put the FUSE sidecar into a Job, offline. Called by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

echo '$ kubectl fluid inject -f examples/job.yaml --objects examples/cluster.yaml --local' >&2
exec "${KUBECTL_FLUID:-kubectl-fluid}" inject -f examples/job.yaml --objects examples/cluster.yaml --local
