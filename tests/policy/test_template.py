"""InjectionTemplates: what `injection.plan` makes of a claim, taken apart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Claims, Name
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.check import findings
from kubectl_fluid.policy.probe import PLACEHOLDER
from kubectl_fluid.policy.template import template, unmade
from tests.cluster import fluid_objects

Object = dict[str, Any]


def claims_over(*objects: Object) -> Claims:
    store = ObjectStore()
    for value in objects:
        store.add(value)
    return claims_from(store.get)


def compiled(*objects: Object, name: str = "jfs") -> Object:
    claims = claims_over(*objects)
    claim = claims("default", name)
    assert claim is not None
    return template(claim, claims, Settings())


def with_cache(*, kind: str = "hostPath") -> list[Object]:
    """A dataset whose FUSE client has a cache folder."""
    objects = fluid_objects.behind("default", "jfs")
    spec = objects[-1]["spec"]["template"]["spec"]
    spec["volumes"].append({"name": "cache-dir-1", kind: {"path": "/cache"} if kind == "hostPath" else {}})
    spec["containers"][0]["volumeMounts"].append({"name": "cache-dir-1", "mountPath": "/cache"})
    return objects


def platform(made: Object, name: str) -> Object:
    (found,) = [it for it in made["spec"]["platforms"] if it["name"] == name]
    return dict(found)


def pod(**labels: str) -> Object:
    made = fluid_objects.pod_template("jfs")
    made["metadata"]["labels"] |= {key.replace("_", "."): value for key, value in labels.items()}
    return made


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("cache", [True, False])
@pytest.mark.parametrize("check", [True, False])
def test_the_parts_are_those_of_the_plan(name: str, *, cache: bool, check: bool) -> None:
    objects = with_cache()
    application = pod()
    application["metadata"]["labels"] |= {
        keys.CACHE_DIR: str(cache).lower(),
        keys.SIDECAR_POST_START: str(check).lower(),
    }
    planned = plan(application, claims_over(*objects), Settings(platform=name))
    found = platform(compiled(*objects), name)["sidecar"]
    container = dict(found["container"])
    if cache:
        container |= {"volumeMounts": found["withCache"]["volumeMounts"]}
    if not check:
        container = {key: value for key, value in container.items() if key != "lifecycle"} | found["withoutCheck"]
    spec = planned.pod["spec"]
    (expected,) = [it for it in [*spec.get("initContainers", ()), *spec["containers"]] if it["name"] != "app"]
    assert json.loads(json.dumps(container).replace(PLACEHOLDER, "data")) == expected
    volumes = found["withCache"]["volumes"] if cache else found["volumes"]
    assert spec["volumes"] == [{"name": "data", **found["application"]["source"]}, *volumes]
    assert found["mode"] == ("native" if spec.get("initContainers") else "legacy")
    assert found["labels"].items() <= planned.pod["metadata"]["labels"].items()


def test_a_template_is_what_its_definition_takes() -> None:
    assert findings(compiled(*with_cache())) == []


def test_a_field_that_no_pod_has_is_found() -> None:
    objects = fluid_objects.behind("default", "jfs")
    objects[-1]["spec"]["template"]["spec"]["containers"][0]["fieldOfTomorrow"] = True
    found = findings(compiled(*objects))
    assert {it.pointer[-1] for it in found} == {"fieldOfTomorrow"}


def test_fractions_of_a_quantity_are_strings() -> None:
    objects = fluid_objects.behind("default", "jfs")
    objects[-1]["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"cpu": 0.5, "memory": 1024}}
    made = compiled(*objects)
    assert platform(made, "default")["sidecar"]["container"]["resources"]["limits"] == {"cpu": "0.5", "memory": 1024}
    assert findings(made) == []


def test_a_dataset_that_is_not_bound_says_so_and_has_its_parts() -> None:
    bound, unbound = fluid_objects.behind("default", "jfs"), fluid_objects.behind("default", "jfs")
    unbound[0]["status"]["phase"] = "NotBound"
    made, expected = compiled(*unbound), compiled(*bound)
    assert made["spec"].pop("notReady")["code"] == "DatasetNotBound"
    assert made == expected


def test_what_cannot_be_served_has_the_reason_of_the_plan() -> None:
    made = compiled(*fluid_objects.behind("default", "jfs")[:-1])
    assert {it["refusal"]["code"] for it in made["spec"]["platforms"]} == {"FuseNotFound"}
    assert findings(made) == []


def test_a_dataset_without_claim_has_a_template_by_which_its_pods_are_refused() -> None:
    made = template(unmade(Name("default", "jfs")), claims_over(), Settings())
    assert made["spec"]["notReady"]["code"] == "ClaimNotFound"
    assert {it["refusal"]["code"] for it in made["spec"]["platforms"]} == {"ClaimNotFound"}
    assert findings(made) == []


def test_nested_datasets_are_not_for_policies() -> None:
    outer, inner = fluid_objects.behind("default", "jfs"), fluid_objects.behind("default", "inner")
    spec = outer[-1]["spec"]["template"]["spec"]
    spec["volumes"].append({"name": "lower", "persistentVolumeClaim": {"claimName": "inner"}})
    spec["containers"][0]["volumeMounts"].append({"name": "lower", "mountPath": "/lower"})
    made = compiled(*outer, *inner)
    assert {it["refusal"]["code"] for it in made["spec"]["platforms"]} == {"NestedDatasets"}
    assert "sidecar" in platform(compiled(*outer, *inner, name="inner"), "default")


def test_a_claim_of_another_name_than_its_dataset_is_not_for_policies() -> None:
    objects = fluid_objects.behind("default", "jfs")
    alias = fluid_objects.claim("default", "alias")
    alias["metadata"]["labels"][keys.MANAGED_BY] = "jfs"
    made = compiled(*objects, alias, name="alias")
    assert {it["refusal"]["code"] for it in made["spec"]["platforms"]} == {"ClaimOfAnotherName"}


def test_what_is_compiled_is_not_changed() -> None:
    objects = with_cache()
    before = str(objects)
    compiled(*objects)
    assert str(objects) == before


def test_the_namespace_of_the_settings_does_not_matter() -> None:
    claims = claims_over(*fluid_objects.behind("default", "jfs"))
    claim = claims("default", "jfs")
    assert claim is not None
    assert template(claim, claims, replace(Settings(), namespace="elsewhere")) == template(claim, claims, Settings())
