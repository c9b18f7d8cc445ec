from __future__ import annotations

import pytest

from tests.node import volumes
from tests.node.pods import LIST, Cluster, container, exit_code, job, pod, status_of, template
from tests.node.volumes import Volume

pytestmark = [pytest.mark.node, pytest.mark.timeout(240)]

SIDECAR = "fluid-fuse-demo"


def test_a_job_completes(demo: Cluster, volume: Volume) -> None:
    demo.start(job("work", template(LIST)))
    demo.until(lambda: demo.read("Job", "work")["status"].get("succeeded") == 1, "the Job completes")
    (made,) = demo.pods("job-name=work")
    assert demo.log(made["metadata"]["name"]) == volume.listing


def test_a_job_whose_application_fails_fails_and_its_sidecar_ends(demo: Cluster) -> None:
    demo.start(job("work", template("ls /data > /dev/null; exit 3")))
    demo.until(lambda: demo.read("Job", "work")["status"].get("failed") == 1, "the Job fails")
    (made,) = demo.pods("job-name=work")
    done = demo.finished(made["metadata"]["name"])
    assert done["status"]["phase"] == "Failed"
    assert exit_code(done, "app") == 3
    assert exit_code(done, SIDECAR) == 0


def test_an_init_container_reads_the_data(demo: Cluster, volume: Volume) -> None:
    made = template("cat /data/README | sha256sum", initContainers=[container(LIST, name="prepare")])
    demo.start(pod("app", made))
    assert demo.finished("app")["status"]["phase"] == "Succeeded"
    assert demo.log("app", "prepare") == volume.listing
    assert demo.log("app").split()[0] == volume.sums["README"]


def test_two_datasets_are_read_side_by_side(demo: Cluster, volume: Volume, other_volume: Volume) -> None:
    volumes.install(demo.node, other_volume, "other", demo.namespace, fuse=volumes.fuse(metrics="0.0.0.0:9568"))
    made = template(f"{LIST}; cd /other; find . -type f ! -name '.*' | sort | xargs sha256sum")
    made["spec"]["volumes"].append({"name": "second", "persistentVolumeClaim": {"claimName": "other"}})
    made["spec"]["containers"][0]["volumeMounts"].append({"name": "second", "mountPath": "/other"})
    demo.start(pod("app", made))
    assert demo.finished("app")["status"]["phase"] == "Succeeded"
    assert demo.log("app") == volume.listing + other_volume.listing


@pytest.mark.parametrize("platform", ["default", "eci"])
def test_a_folder_that_is_mounted_by_sub_path_does_not_delay_the_end(
    demo: Cluster, volume: Volume, platform: str
) -> None:
    made = template("cat /deep/model.bin | sha256sum; sleep 600", terminationGracePeriodSeconds=60)
    made["spec"]["containers"][0]["volumeMounts"].append({"name": "data", "mountPath": "/deep", "subPath": "deep/er"})
    made["spec"]["containers"].append(container("trap exit TERM; sleep 600 & wait", name="other"))
    made["spec"]["containers"][0]["command"][2] = "trap exit TERM; sha256sum < /deep/model.bin; sleep 600 & wait"
    demo.start(pod("app", made), f"--platform={platform}", "--sidecar-mode=native")
    demo.until(lambda: demo.log("app") != "" if demo.running("app") else False, "the file is read")
    assert demo.log("app").split()[0] == volume.sums["deep/er/model.bin"]
    assert demo.delete("app") < 30


def test_what_the_kubelet_measures_of_the_shared_volume_is_not_the_dataset(demo: Cluster, volume: Volume) -> None:
    demo.start(pod("app", template("trap exit TERM; sleep 600 & wait")))
    uid = demo.running("app")["metadata"]["uid"]
    folder = f"/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~empty-dir/data"
    # The kubelet walks it in the same way: whatever has the device of its root.
    measured = demo.node.command("du", "--summarize", "--bytes", "--one-file-system", folder).split()[0]
    whole = demo.node.command("du", "--summarize", "--bytes", folder).split()[0]
    assert int(measured) < volume.size / 10
    assert int(whole) >= volume.size


def test_a_sidecar_that_is_killed_comes_back_and_the_application_reads_on(demo: Cluster, volume: Volume) -> None:
    script = "while sleep 0.2; do sha256sum < /data/README; done 2>&1"
    demo.start(pod("app", template(f"trap exit TERM; {script} & wait")))
    demo.running("app")
    demo.kill("app", SIDECAR)
    demo.until(lambda: status_of(demo.pod("app"), SIDECAR)["restartCount"] == 1, "the sidecar is started anew")
    demo.until(lambda: status_of(demo.pod("app"), SIDECAR)["ready"], "it is ready")
    before = len(demo.log("app").splitlines())
    demo.until(lambda: len(demo.log("app").splitlines()) > before + 3, "the application reads on")
    assert demo.log("app").splitlines()[-1].split()[0] == volume.sums["README"]
    assert status_of(demo.pod("app"), "app")["restartCount"] == 0
    demo.delete("app", 30)


def test_an_application_that_dies_with_its_sidecar_starts_again_and_reads(demo: Cluster, volume: Volume) -> None:
    script = "trap exit TERM; ls /data | grep README || exit 9; sha256sum < /data/README; sleep 600 & wait"
    demo.start(pod("app", template(script, restartPolicy="Always")))
    demo.until(lambda: "README" in demo.log("app") if demo.running("app") else False, "it has read")
    demo.kill("app", SIDECAR)
    demo.kill("app", "app")
    demo.until(lambda: status_of(demo.pod("app"), "app")["restartCount"] > 0, "the application is started anew")
    demo.until(lambda: "README" in demo.log("app") if demo.running("app") else False, "it has read again")
    assert demo.log("app").split()[-1] == "-"
    assert demo.log("app").split()[-2] == volume.sums["README"]
    demo.delete("app", 60)
