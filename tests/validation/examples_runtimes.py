"""Examples of the rules about runtimes."""

from __future__ import annotations

from tests.validation.examples import (
    ALLUXIO,
    DATASET,
    HEAD,
    NFS,
    PROFILE,
    RUNTIME,
    THIN,
    Example,
    documents,
)

_PAIR = documents(DATASET, RUNTIME)
_THIN = documents(NFS, THIN, PROFILE)
_QUOTA = "quota: 40Gi"
_FUSE = '  fuse:\n    options: {cache-size: "0"}\n'
_WORKER = RUNTIME + "  worker:\n    options: {verbose: ''}\n"
_VOLUMES = RUNTIME + "  volumes:\n    - {name: tmp, emptyDir: {}}\n"
_MOUNTED = _VOLUMES.replace(_FUSE, _FUSE + "    volumeMounts:\n      - {name: tmp, mountPath: /tmp}\n")
_TEMPLATE = RUNTIME + (
    "  worker:\n    volumeMounts:\n      - {name: disk, mountPath: /cache}\n"
    "  volumes:\n    - {name: spare, emptyDir: {}}\n"
    "  volumeClaimTemplates:\n    - metadata: {name: disk}\n"
)
_OSS = f"""\
{HEAD}kind: Dataset
metadata: {{name: demo}}
spec:
  mounts:
    - mountPoint: oss://bucket
      name: bucket
      options: {{fs.oss.endpoint: oss.example.com}}
      encryptOptions:
        - name: fs.oss.accessKeyId
          valueFrom: {{secretKeyRef: {{name: oss, key: id}}}}
        - name: fs.oss.accessKeySecret
          valueFrom: {{secretKeyRef: {{name: oss, key: secret}}}}
"""
_ONCE = _OSS.replace("{fs.oss", "{a: b, metaPolicy: ONCE, fs.oss")
_JINDO = ALLUXIO.replace("AlluxioRuntime", "JindoRuntime") + "  podMetadata: {labels: {team: a}}\n"
_EFC = ALLUXIO.replace("AlluxioRuntime", "EFCRuntime")
_NAS = NFS.replace("192.0.2.1:/share", "nfs://x.nas.aliyuncs.com:/share")
_HADOOP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hadoop}\ndata: {core-site.xml: <configuration/>}\n"
_CACHE = f"""\
{HEAD}kind: CacheRuntime
metadata: {{name: demo}}
spec:
  runtimeClassName: curvine
  volumes:
    - {{name: tmp, emptyDir: {{}}}}
  worker:
    volumeMounts:
      - {{name: tmp, mountPath: /tmp}}
    tieredStore:
      levels:
        - hostPath: {{paths: [/a, /b], quotas: [1Gi, 1Gi]}}
"""
_CLASS = f"""\
{HEAD}kind: CacheRuntimeClass
metadata: {{name: curvine}}
fileSystemType: curvine
extraResources:
  configMaps:
    - {{name: settings}}
topology:
  worker:
    template:
      spec:
        containers:
          - {{name: worker, image: curvine}}
    dependencies:
      extraResources:
        configMaps:
          - {{name: settings, mountPath: /etc/curvine}}
"""

RUNTIMES = (
    Example("FL0301", RUNTIME, f"\n        {_QUOTA}", "", at="- mediumtype"),
    Example("FL0301", RUNTIME, _QUOTA, "quota: 40GB"),
    Example("FL0301", ALLUXIO, "quota: 2Gi", "quotaList: '1Gi,1Gi'"),
    Example("FL0302", RUNTIME.replace("/cache", "'/a,/b'"), _QUOTA, "quotaList: 1Gi,1Gi"),
    Example("FL0303", RUNTIME, "path: /cache", "path: /a,/b"),
    Example("FL0304", RUNTIME, "        path: /cache\n", "", at="- mediumtype"),
    Example("FL0305", RUNTIME, "path: /cache", "path: /a::/b"),
    Example(
        "FL0306",
        RUNTIME + "        volumeType: emptyDir\n        volumeSource: {emptyDir: {}}\n",
        "volumeSource: {emptyDir: {}}",
        "volumeSource: {hostPath: {path: /a}}",
    ),
    Example(
        "FL0307",
        RUNTIME.replace("SSD", "MEM").replace(_FUSE, "  fuse:\n    resources: {limits: {memory: 50Gi}}\n"),
        "memory: 50Gi",
        "memory: 1Gi",
    ),
    Example("FL0308", RUNTIME.replace("SSD", "MEM"), _FUSE, "", at="- mediumtype"),
    Example(
        "FL0309",
        documents(DATASET, RUNTIME.replace('cache-size: "0"', 'metrics: "0.0.0.0:9568"')),
        'metrics: "0.0.0.0:9568"',
        "metrics: localhost",
    ),
    Example("FL0310", _MOUNTED, "- {name: tmp, mountPath", "- {name: temp, mountPath"),
    Example(
        "FL0311",
        _TEMPLATE,
        "- {name: disk, mountPath: /cache}",
        "- {name: spare, mountPath: /cache}",
        at="- metadata: {name: disk}",
    ),
    Example("FL0312", _TEMPLATE, "- {name: spare,", "- {name: disk,", at="- metadata: {name: disk}"),
    Example(
        "FL0313",
        RUNTIME,
        "  replicas: 1\n",
        "  replicas: 1\n  volumeClaimTemplates: [{metadata: {name: disk}}]\n",
        at="volumeClaimTemplates",
    ),
    Example(
        "FL0314",
        RUNTIME.replace("  fuse:\n", "  fuse:\n    image: juicedata/mount\n    imageTag: ce-v1.3.0\n"),
        "image: juicedata/mount\n    imageTag: ce-v1.3.0",
        "image: juicedata/mount:ce-v1.3.0",
    ),
    Example("FL0315", RUNTIME + "  podMetadata: {labels: {team: a}}\n", "{team: a}", "{app: a}"),
    Example("FL0316", _WORKER, "options: {verbose: ''}", 'options: {cache-size: "100"}'),
    Example("FL0317", documents(DATASET.replace("metaurl", "token"), _WORKER), "verbose: ''}", "cache-group: a}"),
    Example("FL0320", RUNTIME.replace(_FUSE, "  fuse:\n    cleanPolicy: OnDemand\n"), "OnDemand", "Never"),
    Example("FL0321", RUNTIME.replace(_FUSE, "  fuse:\n    imagePullPolicy: Always\n"), "Always", "always"),
    Example(
        "FL0322",
        RUNTIME.replace("{name: demo}", '{name: demo, annotations: {runtime.fluid.io/fuse.hostpid: "true"}}'),
        'hostpid: "true"',
        'hostpid: "yes"',
    ),
    Example(
        "FL0322",
        RUNTIME.replace("{name: demo}", "{name: demo, annotations: {data.fluid.io/metadataList: '[]'}}"),
        "'[]'",
        "'{}'",
    ),
)

THINS = (
    Example("FL0330", _THIN, "\n    image: example/nfs-fuse", " {}", at="spec:\n  profileName"),
    Example("FL0331", PROFILE, "    image:", "    lifecycle: {postStart: {exec: {command: [ls]}}}\n    image:"),
    Example("FL0332", _THIN, "profileName: nfs", "profileName: nfss"),
    Example("FL0333", _THIN, "    image:", "    options: {vers: '4'}\n    image:", at="profileName: nfs"),
    Example(
        "FL0334",
        _THIN.replace(
            "profileName: nfs\n",
            "profileName: nfs\n  volumes: [{name: tmp, emptyDir: {}}]\n  fuse: "
            "{volumeMounts: [{name: tmp, mountPath: /tmp}]}\n",
        ),
        "volumeMounts: [{name: tmp",
        "volumeMounts: [{name: temp",
    ),
)

OTHERS = (
    Example(
        "FL0340",
        documents(_OSS, _JINDO),
        "options: {fs.oss.endpoint: oss.example.com}",
        "options: {a: b}",
        at="- mountPoint",
    ),
    Example(
        "FL0341", documents(_OSS, _JINDO), "- name: fs.oss.accessKeySecret", "- name: fs.oss.other", at="encryptOptions"
    ),
    Example("FL0342", documents(_NAS, _EFC), "nfs://x.nas.aliyuncs.com:/share", "nfs://example.com:/share"),
    Example("FL0343", documents(_OSS, ALLUXIO), "options: {fs.oss.endpoint", "options: {fs.oss.accessKeyId"),
    Example(
        "FL0349",
        documents(_ONCE.replace("a: b", "writePolicy: CACHE_ONLY"), _JINDO),
        "metaPolicy: ONCE",
        "metaPolicy: ALWAYS",
    ),
    Example(
        "FL0350",
        documents(_ONCE.replace("a: b", "cacheStrategy: DHT"), _JINDO),
        "metaPolicy: ONCE",
        "metaPolicy: ALWAYS",
    ),
    Example(
        "FL0350",
        documents(_ONCE, _JINDO),
        "metaPolicy: ONCE",
        "metaPolicy: never",
    ),
    Example("FL0344", _JINDO, "  podMetadata:", "  labels: {team: b}\n  podMetadata:"),
    Example("FL0345", _EFC, "quota: 2Gi", "quota: 2Mi"),
    Example(
        "FL0346",
        ALLUXIO.replace("AlluxioRuntime", "VineyardRuntime"),
        ALLUXIO[ALLUXIO.index("  tieredstore") :],
        "",
        at="spec:",
    ),
    Example("FL0347", ALLUXIO + "  worker: {resources: {limits: {memory: 4Gi}}}\n", "memory: 4Gi", "memory: 1Gi"),
    Example(
        "FL0348",
        documents(ALLUXIO + "  hadoopConfig: hadoop\n", _HADOOP),
        "core-site.xml",
        "core.xml",
        at="hadoopConfig",
    ),
)

CACHES = (
    Example("FL0360", _CACHE, "- hostPath:", "- emptyDir: {quota: 1Gi}\n          hostPath:"),
    Example("FL0361", _CACHE, "quotas: [1Gi, 1Gi]", "quotas: [1Gi]"),
    Example("FL0361", _CACHE, "quotas: [1Gi, 1Gi]", "quotas: [1Gi, 0]"),
    Example("FL0362", documents(_OSS, _CACHE, _CLASS), ", key: secret}", "}", at="- name: fs.oss.accessKeySecret"),
    Example("FL0363", _CACHE, "- {name: tmp, mountPath", "- {name: temp, mountPath"),
    Example("FL0364", documents(_CACHE, _CLASS), "runtimeClassName: curvine", "runtimeClassName: curve"),
    Example("FL0365", _CLASS, "- {name: worker, image: curvine}", "[]", at="topology:"),
    Example("FL0366", _CLASS, "- {name: settings}", "- {name: others}", at="- {name: settings, mountPath"),
)

PAIR = _PAIR
