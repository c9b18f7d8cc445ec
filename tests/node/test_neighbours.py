from __future__ import annotations

import pytest

from tests.node.pods import LIST, Cluster, job, pod, template
from tests.node.volumes import Volume

pytestmark = [pytest.mark.node, pytest.mark.timeout(400)]

READING = "trap exit TERM; while sleep 0.2; do sha256sum < /data/README; done 2>&1 & wait"
#: Runs of an application that looks at once, and how many of them run side by side.
RUNS, ABREAST = 50, 5


def test_both_replicas_of_a_deployment_read_and_one_goes_on_when_the_other_is_gone(
    demo: Cluster, volume: Volume
) -> None:
    made = template(READING, labels={"app": "web", "serverless.fluid.io/inject": "true"}, restartPolicy="Always")
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": made}
    demo.start({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    demo.until(lambda: demo.read("Deployment", "web")["status"].get("readyReplicas") == 2, "both are ready")
    first, second = (it["metadata"]["name"] for it in demo.pods("app=web"))
    for name in (first, second):
        demo.until(lambda name=name: demo.log(name) != "", f"{name} has read")  # type: ignore[misc]  # bound at once
    demo.merge("Deployment", "web", {"spec": {"replicas": 1}})
    demo.until(lambda: len(demo.pods("app=web")) == 1, "one is gone")
    (left,) = (it["metadata"]["name"] for it in demo.pods("app=web"))
    before = len(demo.log(left).splitlines())
    demo.until(lambda: len(demo.log(left).splitlines()) > before + 5, "the other reads on")
    assert {line.split()[0] for line in demo.log(left).splitlines()} == {volume.sums["README"]}


def test_pods_of_one_dataset_come_and_go_without_taking_each_others_data(demo: Cluster, volume: Volume) -> None:
    demo.start(pod("first", template(READING)))
    demo.running("first")
    demo.start(pod("second", template(READING)))
    demo.running("second")
    demo.delete("first")
    demo.start(pod("third", template(LIST)))
    assert demo.finished("third")["status"]["phase"] == "Succeeded"
    assert demo.log("third") == volume.listing
    before = len(demo.log("second").splitlines())
    demo.until(lambda: len(demo.log("second").splitlines()) > before + 5, "the second reads on")
    assert {line.split()[0] for line in demo.log("second").splitlines()} == {volume.sums["README"]}


def count(cluster: Cluster, of: str) -> int:
    """Number of the Job's Pods that have ended so."""
    return int(cluster.read("Job", "look")["status"].get(of, 0))


@pytest.mark.parametrize("platform", ["default"])
def test_an_application_that_looks_at_once_never_sees_an_empty_folder(demo: Cluster, platform: str) -> None:
    script = demo.read("ConfigMap", "demo-fuse-script")["data"]["script.sh"]
    # Before the client starts: time enough for a check that does not wait.
    demo.merge("ConfigMap", "demo-fuse-script", {"data": {"script.sh": f"sleep 1.5\n{script}"}})
    looking = template("set -- /data/*; echo $#; test -e /data/README", terminationGracePeriodSeconds=5)
    demo.start(job("look", looking, completions=RUNS, parallelism=ABREAST), f"--platform={platform}")
    demo.until(lambda: count(demo, "succeeded") == RUNS or count(demo, "failed") > 0, "all have looked", 350)
    assert count(demo, "failed") == 0
    assert {demo.log(it["metadata"]["name"]) for it in demo.pods("job-name=look")} == {"3\n"}
