"""An example of every rule: what breaks it and what does not. They are tests, and stand in docs/rules.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A manifest that keeps a rule, and the piece of it that is `bad` instead of `good` in one that breaks it.

    The finding is on the first line of the bad piece, or on the first line that holds `at`.
    """

    code: str
    manifest: str
    good: str
    bad: str
    at: str = ""

    @property
    def passing(self) -> str:
        """The manifest that keeps the rule."""
        return self.manifest

    @property
    def failing(self) -> str:
        """The manifest that breaks it."""
        assert self.manifest.count(self.good) >= 1, self.code
        return self.manifest.replace(self.good, self.bad, 1)

    @property
    def line(self) -> int:
        """The line of the finding in the failing manifest."""
        text = self.failing
        place = text.index(self.at) if self.at else self.manifest.index(self.good)
        return text.count("\n", 0, place) + 1


HEAD = "apiVersion: data.fluid.io/v1alpha1\n"

DATASET = f"""\
{HEAD}kind: Dataset
metadata: {{name: demo}}
spec:
  mounts:
    - mountPoint: juicefs:///
      name: volume
      options: {{storage: s3, bucket: "https://b.example.com"}}
      encryptOptions:
        - name: metaurl
          valueFrom: {{secretKeyRef: {{name: jfs, key: metaurl}}}}
"""

RUNTIME = f"""\
{HEAD}kind: JuiceFSRuntime
metadata: {{name: demo}}
spec:
  replicas: 1
  fuse:
    options: {{cache-size: "0"}}
  tieredstore:
    levels:
      - mediumtype: SSD
        path: /cache
        quota: 40Gi
"""

JFS_KEYS = """\
apiVersion: v1
kind: Secret
metadata: {name: jfs}
stringData: {metaurl: "redis://…"}
"""

DATALOAD = f"""\
{HEAD}kind: DataLoad
metadata: {{name: load, namespace: default}}
spec:
  dataset: {{name: demo, namespace: default}}
  target:
    - path: /data
"""

PROCESS = f"""\
{HEAD}kind: DataProcess
metadata: {{name: process, namespace: default}}
spec:
  dataset: {{name: demo, namespace: default, mountPath: /data}}
  processor:
    script:
      image: python
      source: echo
"""

MIGRATE = f"""\
{HEAD}kind: DataMigrate
metadata: {{name: migrate, namespace: default}}
spec:
  from:
    externalStorage: {{uri: "s3://b.example.com/folder"}}
  to:
    dataset: {{name: demo, namespace: default}}
"""

BACKUP = f"""\
{HEAD}kind: DataBackup
metadata: {{name: backup}}
spec:
  dataset: demo
  backupPath: pvc://backups/demo
"""

JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: train
spec:
  template:
    metadata:
      labels:
        serverless.fluid.io/inject: "true"
    spec:
      restartPolicy: Never
      containers:
        - name: train
          image: python
          volumeMounts:
            - {name: data, mountPath: /data}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: demo}
"""

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: train
  labels:
    serverless.fluid.io/inject: "true"
spec:
  containers:
    - name: train
      image: python
  volumes:
    - name: data
      persistentVolumeClaim: {claimName: demo}
"""

#: A Pod on ECI.
ECI = POD.replace('serverless.fluid.io/inject: "true"', 'alibabacloud.com/eci: "true"')

ALLUXIO = f"""\
{HEAD}kind: AlluxioRuntime
metadata: {{name: demo}}
spec:
  replicas: 1
  tieredstore:
    levels:
      - {{mediumtype: MEM, path: /dev/shm, quota: 2Gi}}
"""

THIN = f"""\
{HEAD}kind: ThinRuntime
metadata: {{name: demo}}
spec:
  profileName: nfs
"""

PROFILE = f"""\
{HEAD}kind: ThinRuntimeProfile
metadata: {{name: nfs}}
spec:
  fileSystemType: nfs
  fuse:
    image: example/nfs-fuse
"""

NFS = f"""\
{HEAD}kind: Dataset
metadata: {{name: demo}}
spec:
  mounts:
    - mountPoint: 192.0.2.1:/share
      name: share
"""


def documents(*texts: str) -> str:
    """One stream of several manifests."""
    return "---\n".join(texts)
