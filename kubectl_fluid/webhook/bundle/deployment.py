"""The Deployment, hardened to what the Pod security standard `restricted` asks for, and beyond."""

from __future__ import annotations

from kubectl_fluid.webhook.bundle.choices import CERTS_FOLDER, LABELS, NAME, PORT, SECRET, SELECTOR, Choices
from kubectl_fluid.webhook.bundle.parts import Object, new

#: The user of the image (Containerfile).
USER = 65532
#: Seconds. After SIGTERM the process goes on for 5 until Services have heard that it is not ready, then ends what is
#: under way within 10 (`webhook.run.Options`).
GRACE = 30
#: The process stays below 80 MiB however many Pods it reviews; the limit leaves room for thousands of datasets.
RESOURCES = {"requests": {"cpu": "100m", "memory": "96Mi"}, "limits": {"memory": "256Mi"}}


def deployment(choices: Choices) -> Object:
    """Replicas on different nodes and, where there are some, in different zones."""
    return {
        **new("apps/v1", "Deployment", namespace=choices.place),
        "spec": {
            "replicas": choices.replicas,
            "revisionHistoryLimit": 3,
            # A new Pod first, an old one's end then: at no time are there fewer than were asked for.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": SELECTOR},
            "template": {
                # A mesh's sidecar in front of the port would end the API server's TLS.
                "metadata": {"labels": {**LABELS, "sidecar.istio.io/inject": "false"}},
                "spec": _pod(choices),
            },
        },
    }


def _pod(choices: Choices) -> Object:
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        # While it is away, no labelled Pod can be made in the whole cluster.
        "priorityClassName": "system-cluster-critical",
        "terminationGracePeriodSeconds": GRACE,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [_apart()]}},
        "topologySpreadConstraints": [_spread("topology.kubernetes.io/zone"), _spread("kubernetes.io/hostname")],
        "containers": [_container(choices)],
        # Its Pod starts when the Secret is there. Only the leaf is mounted: the bundle is the API server's business.
        "volumes": [
            {
                "name": "certs",
                "secret": {
                    "secretName": SECRET,
                    "defaultMode": 0o440,
                    "items": [{"key": key, "path": key} for key in ("tls.crt", "tls.key")],
                },
            }
        ],
    }


def _apart() -> Object:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": SELECTOR}}
    return {"weight": 100, "podAffinityTerm": term}


def _spread(key: str) -> Object:
    """Wished, not demanded: a cluster of one node runs two replicas all the same."""
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": SELECTOR},
    }


def arguments(choices: Choices) -> list[str]:
    """The command line of the process."""
    return [
        "webhook",
        "serve",
        f"--port={PORT}",
        f"--cert-dir={CERTS_FOLDER}",
        f"--profile={choices.profile}",
        "--log-format=json",
    ]


def _container(choices: Choices) -> Object:
    return {
        "name": "webhook",
        "image": choices.image,
        "args": arguments(choices),
        "ports": [{"name": "https", "containerPort": PORT, "protocol": "TCP"}],
        "resources": RESOURCES,
        "readinessProbe": _probe("/readyz", period=5, failures=2),
        "livenessProbe": _probe("/healthz", period=10, failures=3),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "certs", "mountPath": CERTS_FOLDER, "readOnly": True}],
    }


def _probe(path: str, *, period: int, failures: int) -> Object:
    """Over TLS; a kubelet does not check the certificate."""
    return {
        "httpGet": {"path": path, "port": "https", "scheme": "HTTPS"},
        "periodSeconds": period,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }
