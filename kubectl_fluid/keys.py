"""Every label, annotation and environment name that this program reads or writes.

One constant a key, with a line on what it does; nothing else in the house spells a label or an annotation out
(tests/house/test_keys.py). Where they come from: Fluid a826600a (pkg/common/label.go, pkg/utils/annotations.go),
Alibaba Cloud's documentation of ECI and ACS.
"""

from __future__ import annotations

from typing import Final

# --- what asks for injection (labels of a Pod) -----------------------------------------------------------------

#: Label: put sidecars into this Pod.
INJECT: Final = "serverless.fluid.io/inject"
#: Label: the Pod runs on nodes with the CSI plugin; steer it to cache nodes and leave its claims alone.
INJECT_SERVERFUL: Final = "fuse.serverful.fluid.io/inject"
#: Label, deprecated since Fluid 0.9 but known to its code: the same as INJECT.
INJECT_DEPRECATED: Final = "fuse.sidecar.fluid.io/inject"
#: Label of ack-fluid: `eci` or `acs`; asks for injection and names the platform.
SIDECAR_TARGET: Final = "alibabacloud.com/fluid-sidecar-target"
#: Label: `false` leaves the Pod alone whatever else it says.
ENABLE: Final = "fluid.io/enable-injection"
#: Label, written: sidecars are in.
DONE: Final = "done.sidecar.fluid.io/inject"
#: Label, written on Pods (value `fluid`: Fluid's application controller watches them); on a PVC: its dataset's name.
MANAGED_BY: Final = "fluid.io/managed-by"
#: Label of a PVC, deprecated: its dataset's name.
WRAPPED_BY: Final = "fluid.io/wrapped-by"

# --- how it is injected ----------------------------------------------------------------------------------------

#: Label: sidecars without privileges; wins over PLATFORM.
UNPRIVILEGED: Final = "unprivileged.sidecar.fluid.io/inject"
#: Annotation: name of the platform.
PLATFORM: Final = "serverless.fluid.io/platform"
#: Annotation: `random-suffix` gives each Pod its own mount point on the host.
HOST_PATH_MODE: Final = "default.fuse-sidecar.fluid.io/host-mount-path-mode"
#: Label: keep the FUSE client's cache folders in the sidecar.
CACHE_DIR: Final = "cachedir.sidecar.fluid.io/inject"
#: Label: `false` leaves the sidecar without its mount check.
SIDECAR_POST_START: Final = "fuse.sidecar.poststart.fluid.io/inject"
#: Label: `true` gives application containers a mount check of their own.
APP_POST_START: Final = "app.poststart.fluid.io/inject"
#: Annotation: `true` takes a claim although its Dataset is not bound yet.
SKIP_PRECHECK: Final = "sidecar.fluid.io/skip-precheck"
#: Label, with the claim's name in it: `required` turns the wish for cache nodes into a demand (serverful).
SCHED_PREFIX: Final = "fluid.io/dataset."
SCHED_SUFFIX: Final = ".sched"

#: Annotation: `true` adds the file prefetcher.
PREFETCH: Final = "file-prefetcher.fluid.io/inject"
#: Annotation, written: the prefetcher is in.
PREFETCH_DONE: Final = "file-prefetcher.fluid.io/inject-done"
#: Annotation: the prefetcher's image.
PREFETCH_IMAGE: Final = "file-prefetcher.fluid.io/image"
#: Annotation: `pvc://claim/glob` entries joined by `;`.
PREFETCH_FILES: Final = "file-prefetcher.fluid.io/file-list"
#: Annotation: a Go boolean; true does not hold the application back.
PREFETCH_ASYNC: Final = "file-prefetcher.fluid.io/async-prefetch"
#: Annotation: `k=v` pairs joined by one space.
PREFETCH_ENVS: Final = "file-prefetcher.fluid.io/extra-envs"
#: Annotation: seconds that the application waits for the prefetcher.
PREFETCH_TIMEOUT: Final = "file-prefetcher.fluid.io/prefetch-timeout-seconds"

# --- what is written on the Pod --------------------------------------------------------------------------------

#: Annotation: names of the datasets, sorted, joined by `,`.
DATASETS_IN_USE: Final = "fluid.io/datasets-in-use"
#: Annotation: `true` where the sidecar's metrics port is to be scraped.
SCRAPE: Final = "prometheus.fuse.fluid.io/scrape"
#: Labels with a container's name behind the slash: which dataset that container serves.
DATASET_NAME_PREFIX: Final = "dataset-name.sidecar.fluid.io/"
DATASET_NAMESPACE_PREFIX: Final = "dataset-namespace.sidecar.fluid.io/"
#: Annotation of this program: the JSON patch that takes the injection back.
UNDO: Final = "kubectl-fluid.io/undo"
#: Annotation of this program, on manifests only: what the patch alone cannot give back of the text's layout.
UNDO_TEXT: Final = "kubectl-fluid.io/undo-text"
#: Annotation of this program, read by `validate`: codes of rules that do not count for this object.
DISABLE_RULES: Final = "kubectl-fluid.io/disable"
#: Label of a namespace: `off` leaves its objects to themselves, whatever the guards of `policies/guards` say.
GUARDS: Final = "kubectl-fluid.io/guards"

# --- on the objects behind a claim -----------------------------------------------------------------------------

#: Label prefix that marks a dataset's PVC, PV and cache nodes: `<prefix><namespace>-<name>`.
STORAGE_PREFIX: Final = "fluid.io/s-"
#: Label prefix of nodes that run a dataset's FUSE client.
FUSE_PREFIX: Final = "fluid.io/f-"
#: Label of nodes: how many datasets they cache.
DATASET_NUM: Final = "fluid.io/dataset-num"
#: Label of a dataset's objects: `<namespace>-<name>` of the Dataset.
DATASET_ID: Final = "fluid.io/dataset-id"
#: Labels of a reference dataset's PVC: the dataset that it refers to.
REFERRING_NAME: Final = "fluid.io/dataset.referring-name"
REFERRING_NAMESPACE: Final = "fluid.io/dataset.referring-namespace"
#: Annotation of the mount check's ConfigMaps: the script's SHA-256, cut to 63 characters.
SCRIPT_SHA: Final = "fluid.io/check-mount-script-sha256"
#: Keys of NodeAffinityWithCache's configuration that stand for a dataset's own node labels.
LOCALITY_NODE: Final = "fluid.io/node"
LOCALITY_FUSE: Final = "fluid.io/fuse"
ZONE: Final = "topology.kubernetes.io/zone"
REGION: Final = "topology.kubernetes.io/region"

# --- on the objects that are rendered ----------------------------------------------------------------------------

#: Label of worker Pods: the dataset they cache, by which workers of other datasets keep away.
DATASET: Final = "fluid.io/dataset"
#: Label of worker Pods: Exclusive or Shared.
PLACEMENT: Final = "fluid.io/dataset-placement"
#: Label of FUSE Pods and of the claim: how often the FUSE image was changed.
FUSE_GENERATION: Final = "fuse.runtime.fluid.io/generation"
#: Key of a node selector that no node fulfils: the FUSE DaemonSet of a reference dataset is never to run.
FUSE_BALLOON: Final = "fluid.io/fuse-balloon"
#: Label of the CronJob of a DataLoad: `cron`.
JOB_POLICY: Final = "fluid.io/jobPolicy"
#: Label and annotation of Pods: Istio leaves them alone.
ISTIO_INJECT: Final = "sidecar.istio.io/inject"
#: Annotation of PV and PVC: Fluid made them.
CREATED_BY: Final = "CreatedBy"

#: Annotation of a Dataset: size of PV and PVC.
STORAGE_REQUEST: Final = "pvc.fluid.io/resources.requests.storage"
#: Annotation of a runtime: a Go boolean; FUSE Pods share the node's process IDs.
FUSE_HOST_PID: Final = "runtime.fluid.io/fuse.hostpid"
#: Annotation of a runtime, copied into the volume: which targets the CSI plugin does not wait for.
SKIP_MOUNT_READY: Final = "fluid.io/skip-check-mount-ready-target"
#: Annotation of a runtime: JSON list of more labels and annotations for PV and PVC.
METADATA_LIST: Final = "data.fluid.io/metadataList"
#: Label in METADATA_LIST for the PV: `symlink` publishes the volume by a symbolic link.
PUBLISH_METHOD: Final = "fluid.io/node-publish-method"

# --- of ECI and ACS ----------------------------------------------------------------------------------------------

#: Label: run this Pod on ECI.
ECI: Final = "alibabacloud.com/eci"
#: Annotation: let the scheduler choose between nodes and ECI; conflicts with SIDECAR_TARGET.
BURST_RESOURCE: Final = "alibabacloud.com/burst-resource"
#: Annotation: specifications of instances that ECI tries one after the other.
ECI_USE_SPECS: Final = "k8s.aliyun.com/eci-use-specs"
#: Annotation: with another value than NoSpot the Pod gets a preemptible instance.
ECI_SPOT_STRATEGY: Final = "k8s.aliyun.com/eci-spot-strategy"
#: Annotation: the Pod's hostPath volumes name paths of DataCaches in this bucket.
ECI_DATA_CACHE_BUCKET: Final = "k8s.aliyun.com/eci-data-cache-bucket"
#: Label: run this Pod on ACS.
ACS: Final = "alibabacloud.com/acs"
#: Label: class of ACS's instance, e.g. `general-purpose`.
ACS_CLASS: Final = "alibabacloud.com/compute-class"
#: Label: ACS's quality of service, e.g. `default`.
ACS_QOS: Final = "alibabacloud.com/compute-qos"

# --- environment of containers on ECI and ACS ------------------------------------------------------------------

#: ECI: `sidecar` is stopped by force once the application's containers have ended.
ECI_CONTAINER_TYPE: Final = "ECI_CONTAINER_TYPE"
#: ECI: the forced stop's exit code does not make the Pod fail.
ECI_IGNORE_EXIT_CODE: Final = "ECI_CONTAINER_IGNORE_EXIT_CODE"
#: ECI: -1000…1000, higher starts first; waits for readiness where the container has a readinessProbe.
ECI_LAUNCH_PRIORITY: Final = "ECI_CONTAINER_LAUNCH_PRIORITY"
#: ECI: -1000…1000, higher ends first.
ECI_EXIT_PRIORITY: Final = "ECI_CONTAINER_EXIT_PRIORITY"
#: ECI: leave this container out of the instance's size.
ECI_RESOURCE_IGNORE: Final = "__ECI_RESOURCE_IGNORE__"
#: ACS before Kubernetes 1.29: this container is a sidecar.
ACS_IS_SIDECAR: Final = "__IS_SIDECAR__"
