"""The whole bundle, in the order in which a cluster can take it."""

from __future__ import annotations

from kubectl_fluid.webhook.bundle import access, certmanager, configuration, deployment, monitoring, network
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.parts import Object


def bundle(choices: Choices) -> list[Object]:
    """Every object of an installation. The configuration stands last: what it calls has to be there before."""
    return [
        *access.namespace(choices),
        access.service_account(choices),
        access.cluster_role(),
        access.cluster_role_binding(choices),
        *(certmanager.issuers_and_certificates(choices) if choices.cert_manager else ()),
        network.service(choices),
        deployment.deployment(choices),
        network.disruption_budget(choices),
        network.network_policy(choices),
        *(monitoring.monitoring(choices) if choices.monitoring else ()),
        configuration.configuration(choices),
    ]
