"""What `inject` says beside the injection itself."""

from __future__ import annotations

from tests.cli.running import run
from tests.support import ROOT

FILES = ROOT / "examples" / "eci-juicefs"
JOB = (FILES / "job.yaml").read_text()


def test_a_warning_that_holds_for_every_pod_is_said_once() -> None:
    done = run("inject", "-f", FILES / "dataset.yaml", "--local", "-", stdin=f"{JOB}---\n{JOB}")
    assert done.err.count("injected job/demo-app") == 2
    assert done.err.count("PrivilegedByTicket") == 1


def test_a_label_for_eci_on_the_job_instead_of_its_template_is_told() -> None:
    moved = JOB.replace('        alibabacloud.com/eci: "true"                 # runs the Pod on ECI\n', "")
    moved = moved.replace("  name: demo-app\n", '  name: demo-app\n  labels: {alibabacloud.com/eci: "true"}\n')
    done = run("inject", "-f", FILES / "dataset.yaml", "--local", "-", stdin=moved)
    assert done.status == 0
    assert "MisplacedLabel: alibabacloud.com/eci stands on the workload (line 6)" in done.err


def test_a_grace_period_beside_the_template_is_told() -> None:
    moved = JOB.replace("  backoffLimit: 4\n", "  backoffLimit: 4\n  terminationGracePeriodSeconds: 0\n")
    done = run("inject", "-f", FILES / "dataset.yaml", "--local", "-", stdin=moved)
    assert done.status == 0
    assert "MisplacedField: terminationGracePeriodSeconds stands beside the Pod template (line 8)" in done.err
