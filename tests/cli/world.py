"""A Job, and the objects behind the Dataset that it reads."""

from __future__ import annotations

from pathlib import Path

JOB = """\
# the job
apiVersion: batch/v1
kind: Job
metadata: {name: demo-app}
spec:
  template:
    metadata:
      labels:
        serverless.fluid.io/inject: "true"   # please
    spec:
      restartPolicy: Never
      containers:
        - name: demo
          image: 'debian:stable'
          volumeMounts:
            - {name: data, mountPath: /data}
      volumes:
        - name: data   # of the Dataset
          persistentVolumeClaim:
            claimName: jfs
"""

PLAIN = """\
apiVersion: v1
kind:   ConfigMap   # odd spacing
metadata:
    name: plain
data: {a: "1",  b: '2'}
"""

OBJECTS = """\
apiVersion: data.fluid.io/v1alpha1
kind: Dataset
metadata: {name: jfs, namespace: default}
status: {phase: Bound, runtimes: [{name: jfs, namespace: default, type: juicefs}]}
---
apiVersion: data.fluid.io/v1alpha1
kind: JuiceFSRuntime
metadata: {name: jfs, namespace: default}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: default-jfs}
spec:
  csi:
    driver: fuse.csi.fluid.io
    volumeAttributes: {fluid_path: /runtime-mnt/juicefs/default/jfs/juicefs-fuse, mount_type: JuiceFS}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: jfs, namespace: default, labels: {fluid.io/s-default-jfs: "true"}}
spec: {volumeName: default-jfs}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: jfs-fuse, namespace: default}
spec:
  template:
    spec:
      containers:
        - name: juicefs-fuse
          image: juicedata/mount:ce-v1.3.0
          command: [sh, /root/script/script.sh]
          securityContext: {privileged: true}
          volumeMounts:
            - {name: juicefs-fuse-mount, mountPath: /runtime-mnt/juicefs/default/jfs, mountPropagation: Bidirectional}
            - {name: script, mountPath: /root/script}
      volumes:
        - {name: juicefs-fuse-mount, hostPath: {path: /runtime-mnt/juicefs/default/jfs, type: DirectoryOrCreate}}
        - {name: script, configMap: {name: jfs-fuse-script}}
"""


def named(name: str) -> str:
    """The Job under another name."""
    return JOB.replace("demo-app", name)


def write(folder: Path, **files: str) -> Path:
    """Write `<name>.yaml` for each keyword; the objects of the cluster are always there as `objects`."""
    for name, text in {"objects": OBJECTS, **files}.items():
        (folder / f"{name}.yaml").write_bytes(text.encode())
    return folder
