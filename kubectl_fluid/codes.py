"""Every reason code of an injection, with one line on what it means.

The same codes stand in the CLI's report, in an AdmissionResponse's audit annotation and in the metrics' label. A code
never changes its meaning. `document()` gives docs/reasons.md.
"""

from __future__ import annotations

#: What was done, or left, and why: nothing is wrong.
DONE: dict[str, str] = {
    "Injected": "a sidecar serves this claim",
    "NotMounted": "no container mounts the claim; its volume was changed, but there is no sidecar for it",
    "SidecarEnds": "who ends the sidecars of a Pod that has done its work",
    "Steered": "the Pod prefers (or demands) nodes that hold the Dataset's cache; its claim stays",
    "SteeredAway": "the Pod uses no Dataset and is kept off cache nodes",
    "AlreadySteered": "the Pod was steered before",
    "NotADataset": "the claim is of other storage and was left alone",
    "NoDataset": "the Pod asks for sidecars, but none of its volumes is a claim of a Dataset",
    "NotRequested": "no label or option asks for a sidecar",
    "Disabled": "a label forbids the injection",
    "InjectionDisabled": "the webhook was told to let all Pods through as they are (DISABLE_INJECTION)",
    "NotCreated": "the request does not create anything, and only Pods that are being created can be injected",
    "NotAPod": "the request is for another kind than Pod, or for a subresource of Pods",
    "NoContainers": "the Pod has no containers, and an API server will refuse it",
    "AlreadyInjected": "the Pod was injected before",
    "Undone": "an injection was taken back exactly",
    "Recognised": "an injection was taken back as well as it could be recognised",
    "NotInjected": "there is no injection to take back",
}

#: What does not stop the injection but may stop the Pod.
WARNINGS: dict[str, str] = {
    "PrivilegedByTicket": "the platform grants privileged containers on request only",
    "ImagePullSecret": "the FUSE client's image is pulled with a secret that the Pod does not name",
    "BurstResource": "an annotation lets the Pod land outside of the platform that its label chose",
    "PortClash": "two containers of the Pod, one of them a sidecar, listen on one port",
    "ReservedPort": "a container listens on a port that the platform uses itself",
    "MemoryTier": "a cache in memory raises the sidecar's memory request, and so the bill",
    "SecretElsewhere": "a Secret is given for another namespace than the one in which the sidecar reads it",
    "SecretsNotCopied": "a reference dataset needs Secrets of another namespace in the Pod's own",
    "SharedSuffix": "the random mount point of a Pod template is drawn once, and all of its Pods share it",
    "MisplacedLabel": "a label or annotation stands on the workload, where no Pod will have it",
    "MisplacedField": "a field of a Pod stands beside the Pod template, where it has no effect",
    "UndoTooLong": "what takes the injection back is longer than an object's annotations may be, and was left out",
    "Caveat": "what the controller of this kind demands of the Pod",
}

#: Why a Pod was refused.
REFUSED: dict[str, str] = {
    "ClaimNotFound": "a PersistentVolumeClaim does not exist",
    "DatasetNotFound": "the claim's Dataset does not exist",
    "DatasetNotBound": "the Dataset has no running runtime yet",
    "DatasetNotReady": "the Dataset's runtime could not be set up; the message is the controller's",
    "RuntimeUnknown": "the Dataset has no runtime, or one of a type that is not known",
    "RuntimeNotFound": "the Dataset's runtime object does not exist",
    "VolumeNotFound": "the Dataset's PersistentVolume does not exist",
    "BadVolume": "the PersistentVolume does not say where and what is mounted, or says it with `..`",
    "FuseNotFound": "the FUSE DaemonSet does not exist, so there is nothing to make a sidecar of",
    "BadFuse": "the FUSE DaemonSet is not of a shape that can become a sidecar",
    "NoFuseMount": "the FUSE DaemonSet does not mount the folder in which its client mounts",
    "NoSidecar": "the claim has no FUSE client",
    "NoPodTemplate": "the kind makes Pods from something that is not in the document",
    "BadScrapeTarget": "the JindoRuntime's metrics target is not one of Fluid's words",
    "CannotRender": "Fluid's controllers would refuse this Dataset and runtime",
    "UnknownPlatform": "no platform of that name is known",
    "ConflictingLabels": "two labels that choose the platform exclude each other",
    "NamespaceMismatch": "the Pod names another namespace than the request",
    "NoNamespace": "neither the request nor the Pod names a namespace",
    "InvalidPod": "a part of the Pod has the wrong type",
    "InvalidReview": "the AdmissionReview is not one of a Pod",
    "BadPrefetcher": "an annotation of the file prefetcher cannot be read",
    "BadMountPath": "the place where the FUSE client mounts cannot be changed per Pod",
    "InitContainerReadsData": "an init container needs the data, but a legacy sidecar starts after it",
    "NestedTooDeep": "datasets are mounted by datasets without end",
    "MountPathTaken": "the mount check's path is taken in a container",
    "HostPath": "a hostPath volume is left on a platform that has none",
    "HostPort": "a container takes a port of its node on a platform that has none",
    "HostNetwork": "the Pod wants the host's network on a platform that has none",
    "TooMany": "more containers or volumes than the platform takes",
    "Capability": "a container adds a capability that the platform does not grant",
    "PodTooLarge": "the Pod has more containers, mounts, volumes or claims than one review may take time for",
    "PatchTooLarge": "the patch is larger than an API server takes",
    "BadUndo": "the undo annotation is not one of this program",
}

#: Why a request got an HTTP error from the webhook instead of an AdmissionReview; in metrics and logs only.
ERRORS: dict[str, str] = {
    "Method": "reviews are sent by POST (405)",
    "ContentType": "reviews are sent as application/json (415)",
    "ContentEncoding": "bodies are not compressed (415)",
    "TooLarge": "the body is larger than any that an API server sends (413)",
    "Timeout": "the body did not come in time (408)",
    "BadBody": "the body is not JSON, or is cut off or nested too deep (400)",
    "Bug": "something unexpected happened inside the webhook (500); please report it with the line of its log",
    "Other": "one more than the reasons that are counted one by one",
}

CODES = DONE | WARNINGS | REFUSED | ERRORS
_SECTIONS = (
    ("What was done or left", DONE),
    ("Warnings", WARNINGS),
    ("Refusals", REFUSED),
    ("Errors of the webhook", ERRORS),
)


def document() -> str:
    """The tables as Markdown."""
    lines = ["# Reasons", "", "Generated from `kubectl_fluid/codes.py`.", ""]
    for title, table in _SECTIONS:
        lines += [f"## {title}", "", "| code | meaning |", "| --- | --- |"]
        lines += [f"| `{code}` | {meaning} |" for code, meaning in table.items()]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"
