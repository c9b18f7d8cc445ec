"""Every code of a diagnosis that is not a reason code of injection, with one line on what it means."""

from __future__ import annotations

CODES: dict[str, str] = {
    # It works, or will.
    "WillBeInjected": "the Pod asks for its sidecars, and somebody is there who puts them in",
    "WillBeSteered": "the Pod keeps its claims and is steered to nodes that have the cache",
    "Running": "the sidecars are ready, and so is the Pod",
    "Starting": "nothing is wrong so far, and not everything runs yet",
    "Completed": "it has ended well",
    "MountedByPlugin": "the Pod has no sidecar and needs none: Fluid's CSI plugin mounts its claims",
    "NothingToDo": "the Pod names no Dataset and asks for nothing",
    # Something is wrong.
    "NobodyInjects": "the Pod asks for its sidecars, and no webhook or policy of the cluster puts them in",
    "CreatedWithoutSidecar": "the Pod has none of the sidecars that it asks for, which come only at its creation",
    "DoneWithoutSidecar": "the Pod's label says that it was injected, and there is no sidecar in it",
    "CreationRefused": "the API server refused to create a Pod of this workload",
    "WebhookDown": "a webhook that has to be asked does not answer, so that no Pod can be created",
    "PodSecurity": "the namespace does not allow what the sidecar needs (privileges or hostPath)",
    "Quota": "the namespace's quota is used up; the sidecar's requests count as well",
    "Unscheduled": "no node takes the Pod",
    "SidecarFailing": "a sidecar does not start or does not stay",
    "SidecarRunsOn": "the application has ended, its legacy sidecar has not, and so the Pod does not",
    "MountFailed": "the kubelet cannot mount a volume or run the mount check",
    "ApplicationFailing": "the sidecars are there; a container of the application does not start or does not stay",
    "PodFailed": "the Pod has failed",
    "JobFailed": "the Job has failed",
    # It cannot be told.
    "Unread": "what the answer hangs on could not be read",
    "AdmissionUnknown": "whether somebody injects the Pod cannot be told from what could be read",
    "NodesUnknown": "without a sidecar it hangs on the node whether the claim can be mounted",
}
