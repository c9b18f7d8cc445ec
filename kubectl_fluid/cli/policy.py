"""`kubectl fluid policy`: a group of verbs, each imported when it is used."""

from __future__ import annotations

import click

from kubectl_fluid.cli.command import Verb, VerbGroup
from kubectl_fluid.cli.options import talk_options

EXAMPLES = """
# Injection without a server (Kubernetes 1.36 or later): the policies, and a template for each Dataset of a namespace
kubectl apply -k policies/serverless
kubectl fluid policy compile --cluster -n default | kubectl apply -f -

# What they would do to a Job, and which guard would refuse it
kubectl fluid policy test -f job.yaml --objects cluster.yaml
"""
VERBS = {
    "compile": Verb(
        "kubectl_fluid.cli.policy_compile",
        "Policies",
        "Print what the API server needs to inject or guard Pods",
        attribute="compile_command",
    ),
    "sync": Verb(
        "kubectl_fluid.cli.policy_sync",
        "Policies",
        "Write the templates of a cluster's Datasets, and keep them so",
    ),
    "test": Verb(
        "kubectl_fluid.cli.policy_test",
        "Policies",
        "Show what the bundle would do to Pods, without a cluster",
        attribute="test_command",
    ),
}


@click.command(
    cls=VerbGroup, verbs=VERBS, examples=EXAMPLES, short_help="Inject and guard Pods by the API server's own policies"
)
@talk_options
def policy() -> None:
    """Inject and guard Pods by the API server's own policies: no server of ours has to run."""
