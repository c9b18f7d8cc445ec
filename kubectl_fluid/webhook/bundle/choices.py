"""What whoever installs the webhook may choose, and the names that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid import __version__

#: Name of every object of the bundle (a Service's name: at most 63 characters).
NAME = "kubectl-fluid-webhook"
#: The namespace that is made when none is named.
NAMESPACE = "kubectl-fluid"
IMAGE = f"kubectl-fluid:{__version__}"
#: Domain of the names of webhooks, which must have three labels at least.
DOMAIN = "inject.kubectl-fluid.io"
#: The port that the process listens on.
PORT = 9443
#: The Secret that the process reads its certificate from, and where it is mounted.
SECRET = f"{NAME}-certs"
CERTS_FOLDER = "/etc/kubectl-fluid/certs"

NAME_LABEL = "app.kubernetes.io/name"
#: By these a Service, a PodDisruptionBudget and a NetworkPolicy find the Pods. They must never change: a Deployment's
#: selector cannot.
SELECTOR = {NAME_LABEL: NAME}
LABELS = {**SELECTOR, "app.kubernetes.io/component": "webhook", "app.kubernetes.io/part-of": "kubectl-fluid"}


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices for one installation.

    `namespace` "" makes one named NAMESPACE. `ca` is PEM; b"" leaves the caBundle to a later patch. `eci_namespaces`
    adds the entry for namespaces that send their Pods to ECI. `cert_manager` adds its Issuers and Certificates,
    `monitoring` what Prometheus' operator and Grafana need.
    """

    namespace: str = ""
    image: str = IMAGE
    replicas: int = 2
    failure_policy: str = "Fail"
    profile: str = "default"
    ca: bytes = b""
    eci_namespaces: bool = False
    cert_manager: bool = False
    monitoring: bool = False

    @property
    def place(self) -> str:
        """The namespace that everything goes to."""
        return self.namespace or NAMESPACE
