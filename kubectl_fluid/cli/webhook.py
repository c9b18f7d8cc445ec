"""`kubectl fluid webhook`: a group of verbs, each imported when it is used."""

from __future__ import annotations

import click

from kubectl_fluid.cli.command import Verb, VerbGroup
from kubectl_fluid.cli.options import talk_options

EXAMPLES = """
# Certificates, everything that runs the webhook in a cluster, and the certificates for its Pods
kubectl fluid webhook certs --dir certs
kubectl fluid webhook manifest --image registry.example.com/kubectl-fluid:0.1.0 --ca certs/ca.crt | kubectl apply -f -
kubectl fluid webhook certs --dir certs -o secret | kubectl apply -f -

# What it can do on this machine, without a cluster
kubectl fluid webhook certs --dir certs --name 127.0.0.1
kubectl fluid webhook bench --print-objects > objects.yaml
kubectl fluid webhook serve --cert-dir certs --host 127.0.0.1 --local --objects objects.yaml &
kubectl fluid webhook bench --url https://127.0.0.1:9443/mutate --ca certs/ca.crt
"""
VERBS = {
    "serve": Verb("kubectl_fluid.cli.webhook_serve", "Webhook", "Inject Pods as an API server creates them"),
    "certs": Verb(
        "kubectl_fluid.cli.webhook_certs",
        "Webhook",
        "Make, renew and rotate the webhook's certificates",
        attribute="certs_command",
    ),
    "manifest": Verb("kubectl_fluid.cli.webhook_manifest", "Webhook", "Print what runs the webhook in a cluster"),
    "bench": Verb("kubectl_fluid.cli.webhook_bench", "Webhook", "Measure a webhook's speed, with a load of reviews"),
}


@click.command(
    cls=VerbGroup, verbs=VERBS, examples=EXAMPLES, short_help="Inject Pods at admission: the server, and what it needs"
)
@talk_options
def webhook() -> None:
    """Inject Pods at admission: the server, its certificates, what runs it in a cluster, and a load test."""
