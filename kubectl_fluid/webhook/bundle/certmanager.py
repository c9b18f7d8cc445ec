"""cert-manager's objects: an authority of the webhook's own, and the leaf that it signs.

Not a self-signed leaf: that would be its own authority, and each renewal would change the caBundle and what the Pods
serve at different times. Here the authority stays for years while leaves come and go.
"""

from __future__ import annotations

from kubectl_fluid.webhook.bundle.choices import NAME, SECRET, Choices
from kubectl_fluid.webhook.bundle.parts import Object, new
from kubectl_fluid.webhook.certs import service_names

API = "cert-manager.io/v1"
CA = f"{NAME}-ca"
SELF_SIGNED = f"{NAME}-self-signed"
_KEY = {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}


def issuers_and_certificates(choices: Choices) -> list[Object]:
    """In the order in which they need each other."""
    return [
        {**new(API, "Issuer", namespace=choices.place, name=SELF_SIGNED), "spec": {"selfSigned": {}}},
        _certificate(
            choices,
            CA,
            {"isCA": True, "commonName": CA, "duration": "87600h", "renewBefore": "8760h"},
            secret=CA,
            issuer=SELF_SIGNED,
        ),
        {**new(API, "Issuer", namespace=choices.place, name=CA), "spec": {"ca": {"secretName": CA}}},
        _certificate(
            choices,
            NAME,
            {
                "dnsNames": list(service_names(NAME, choices.place)),
                "usages": ["server auth", "digital signature"],
                "duration": "2160h",
                "renewBefore": "720h",
            },
            secret=SECRET,
            issuer=CA,
        ),
    ]


def _certificate(choices: Choices, name: str, spec: Object, *, secret: str, issuer: str) -> Object:
    common = {
        "secretName": secret,
        "privateKey": _KEY,
        "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": issuer},
    }
    return {**new(API, "Certificate", namespace=choices.place, name=name), "spec": {**spec, **common}}
