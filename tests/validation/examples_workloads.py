"""Examples of the rules about workloads."""

from __future__ import annotations

from tests.validation.examples import DATASET, ECI, JOB, NFS, POD, PROFILE, RUNTIME, THIN, Example, documents

_PAIR = documents(DATASET, RUNTIME)
_INJECT = 'serverless.fluid.io/inject: "true"'
_TARGET = POD.replace(_INJECT, "alibabacloud.com/fluid-sidecar-target: eci")
_BOTH_LABELS = POD.replace(_INJECT, f"{_INJECT}\n    alibabacloud.com/fluid-sidecar-target: eci")
_ANNOTATED = POD.replace("  labels:", '  annotations:\n    sidecar.fluid.io/skip-precheck: "true"\n  labels:')
_PREFETCH = POD.replace(
    "  labels:",
    '  annotations:\n    file-prefetcher.fluid.io/inject: "true"\n'
    "    file-prefetcher.fluid.io/file-list: pvc://demo/**\n"
    '    file-prefetcher.fluid.io/prefetch-timeout-seconds: "60"\n  labels:',
)
_OWN_NETWORK = RUNTIME.replace("  fuse:\n", "  fuse:\n    networkMode: ContainerNetwork\n")
_TWO = documents(
    DATASET,
    _OWN_NETWORK,
    DATASET.replace("name: demo", "name: other"),
    _OWN_NETWORK.replace("name: demo", "name: other").replace("options: {", 'options: {metrics: "0.0.0.0:9568", '),
    POD + "    - name: more\n      persistentVolumeClaim: {claimName: other}\n",
)
_TRAIN = """\
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata:
  name: train
  labels:
    team: a
spec:
  runtimeRef: {name: torch}
"""
_PORTS = "      image: python\n"


def _eci(line: str) -> str:
    return ECI.replace(_PORTS, f"{_PORTS}{line}\n")


LABELS = (
    Example("FL0500", JOB, "    spec:\n      restartPolicy", "    spec: later\n    other:\n      restartPolicy"),
    Example(
        "FL0501",
        JOB,
        f"  name: train\nspec:\n  template:\n    metadata:\n      labels:\n        {_INJECT}\n",
        f"  name: train\n  labels:\n    {_INJECT}\nspec:\n  template:\n",
        at=_INJECT,
    ),
    Example(
        "FL0502",
        JOB,
        "spec:\n  template",
        "spec:\n  terminationGracePeriodSeconds: 30\n  template",
        at="terminationGrace",
    ),
    Example("FL0503", POD, _INJECT, "serverless.fluid.io/inject: true"),
    Example("FL0504", POD, _INJECT, 'serverless.fluid.io/inject: "yes"'),
    Example(
        "FL0505",
        _TARGET,
        "  labels:",
        "  annotations:\n    alibabacloud.com/burst-resource: eci\n  labels:",
        at="alibabacloud.com/burst",
    ),
    Example("FL0506", _BOTH_LABELS, f"    {_INJECT}\n", "", at="alibabacloud.com/fluid"),
    Example("FL0507", _TARGET, "fluid-sidecar-target: eci", "fluid-sidecar-target: ecs"),
    Example("FL0508", POD, _INJECT, 'fuse.sidecar.fluid.io/inject: "true"'),
    Example(
        "FL0509",
        _ANNOTATED,
        '  annotations:\n    sidecar.fluid.io/skip-precheck: "true"\n  labels:\n',
        '  labels:\n    sidecar.fluid.io/skip-precheck: "true"\n',
        at="sidecar.fluid.io/skip",
    ),
    Example("FL0510", POD, _INJECT, f'{_INJECT}\n    done.sidecar.fluid.io/inject: "true"', at="done.sidecar"),
    Example("FL0511", POD, _INJECT, f'{_INJECT}\n    fuse.serverful.fluid.io/inject: "true"', at="fuse.serverful"),
    Example("FL0512", _TRAIN, "    team: a", f"    {_INJECT}", at="labels:"),
)

PODS = (
    Example("FL0520", documents(_PAIR, POD), "claimName: demo", "claimName: dmo"),
    Example("FL0521", POD, "persistentVolumeClaim: {claimName: demo}", "emptyDir: {}", at="labels:"),
    Example(
        "FL0522",
        documents(_PAIR, ECI.replace("eci: ", "fluid-sidecar-target: eci\n    alibabacloud.com/eci: ")),
        "    alibabacloud.com/fluid-sidecar-target: eci\n",
        "",
        at="persistentVolumeClaim",
    ),
    Example("FL0523", _TWO, 'metrics: "0.0.0.0:9568", ', "", at="persistentVolumeClaim: {claimName: other}"),
    Example(
        "FL0524",
        documents(
            NFS,
            THIN + "  imagePullSecrets: [{name: registry}]\n",
            PROFILE,
            POD + "  imagePullSecrets: [{name: registry}]\n",
        ).replace("192.0.2.1:/share", "192.0.2.1:/a"),
        "claimName: demo}\n  imagePullSecrets: [{name: registry}]\n",
        "claimName: demo}\n",
        at="persistentVolumeClaim",
    ),
)

PLATFORM = (
    Example("FL0530", ECI, "persistentVolumeClaim: {claimName: demo}", "hostPath: {path: /data}"),
    Example("FL0531", ECI, "spec:\n", "spec:\n  hostNetwork: true\n", at="hostNetwork"),
    Example(
        "FL0531",
        _eci("      ports: [{containerPort: 8080}]"),
        "{containerPort: 8080}",
        "{containerPort: 8080, hostPort: 80}",
    ),
    Example("FL0532", _eci("      ports: [{containerPort: 8080}]"), "8080", "10250"),
    Example(
        "FL0533", _eci("      securityContext: {capabilities: {add: [CHOWN]}}"), "add: [CHOWN]", "add: [SYS_ADMIN]"
    ),
    Example(
        "FL0534",
        ECI,
        "    - name: data\n",
        "".join(f"    - {{name: v{index}, emptyDir: {{}}}}\n" for index in range(20)) + "    - name: data\n",
        at="volumes:",
    ),
    Example("FL0540", _PREFETCH, 'seconds: "60"', 'seconds: "1m"'),
    Example("FL0541", _PREFETCH, "pvc://demo/**", "/data/**"),
)
