"""Where an API server keeps what is looked at, and which Deployments are Fluid's."""

from __future__ import annotations

from typing import Final

from kubectl_fluid.cluster.listing import Resource
from kubectl_fluid.policy import names

ADMISSION: Final = "admissionregistration.k8s.io"
FLUID_PATH: Final = "/apis/data.fluid.io/v1alpha1"
TEMPLATES_PATH: Final = f"/apis/{names.TEMPLATE.api_version}"
#: MutatingAdmissionPolicies are there from Kubernetes 1.32 on, and `v1` from 1.36 on.
POLICY_VERSIONS: Final = ("v1", "v1beta1", "v1alpha1")
ADMISSION_PATHS: Final = tuple(f"/apis/{ADMISSION}/{version}" for version in POLICY_VERSIONS)
MUTATING_POLICIES: Final = "mutatingadmissionpolicies"

#: The namespace that Fluid's chart installs into by default.
FLUID_NAMESPACE: Final = "fluid-system"
#: Label of each Deployment of Fluid, and its values (Fluid a826600a, charts/fluid/fluid/templates).
CONTROL_PLANE: Final = "control-plane"
DATASETS_CONTROLLER: Final = "dataset-controller"
CONTROLLERS: Final = (
    DATASETS_CONTROLLER,
    "fluid-webhook",
    "fluidapp-controller",
    *(f"{it}runtime-controller" for it in ("alluxio", "cache", "efc", "goosefs", "jindo", "juicefs", "thin")),
    "vineyardruntime-controller",
)

#: How virtual-kubelet marks its nodes: by label `type` (Fluid's chart keeps away from it, too), and by a taint.
VIRTUAL: Final = "virtual-kubelet"
VIRTUAL_TAINT: Final = "virtual-kubelet.io/provider"

DEPLOYMENTS: Final = Resource("Deployment", "apps", "v1", "deployments")
NODES: Final = Resource("Node", "", "v1", "nodes", namespaced=False)
NAMESPACES: Final = Resource("Namespace", "", "v1", "namespaces", namespaced=False)
SERVICES: Final = Resource("Service", "", "v1", "services")
SLICES: Final = Resource("EndpointSlice", "discovery.k8s.io", "v1", "endpointslices")
DEFINITIONS: Final = Resource(
    "CustomResourceDefinition", "apiextensions.k8s.io", "v1", "customresourcedefinitions", namespaced=False
)


def _admission(kind: str, plural: str, *versions: str) -> tuple[Resource, ...]:
    return tuple(Resource(kind, ADMISSION, version, plural, namespaced=False) for version in versions)


#: What acts at admission: the name of the list in `reads.Sight` → the versions that may be served, the best first.
ACTING: Final = {
    "webhooks": _admission("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "v1"),
    "policies": _admission("MutatingAdmissionPolicy", MUTATING_POLICIES, *POLICY_VERSIONS),
    "bindings": _admission("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", *POLICY_VERSIONS),
    "guards": _admission("ValidatingAdmissionPolicy", "validatingadmissionpolicies", "v1"),
    "guard_bindings": _admission("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "v1"),
}
