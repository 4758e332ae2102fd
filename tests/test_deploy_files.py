"""What runs the service elsewhere, as far as its own linters go: the image, compose, Kubernetes, systemd, nginx."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiver.settings import NAMES
from tests.support.programs import SYSTEMD_LEFT_OUT, complaints, installed, ours
from tests.support.tree import ROOMS, ROOT, pyproject

DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
COMPOSE = DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")))
NGINX_FROM, NGINX_TO = "server 127.0.0.1:8000;", "server whichrun:8000;"


def documents() -> list[dict[str, Any]]:
    """Return every object of Kubernetes."""
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text())]


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return what a deployment says of its pods."""
    return dict(document["spec"]["template"]["spec"])


def stages() -> list[list[str]]:
    """Return the instructions of each stage of the Dockerfile, each as one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    starts = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def copied() -> list[str]:
    """Return what the image is built of, from the root of the tree."""
    build, _ = stages()
    lines = [line.split()[1:-1] for line in build if line.startswith("COPY ")]
    return [name for names in lines for name in names]


def test_the_dockerfile_satisfies_its_linter() -> None:
    """Hadolint has nothing to say."""
    assert complaints(ours("hadolint"), DOCKERFILE) == ""


def test_the_image_runs_as_a_numbered_user_without_what_built_it() -> None:
    """Two stages; the last has no pip of ours, runs as a number that is not root's, and looks at its own health."""
    build, last = stages()
    (user,) = (line.split()[1] for line in last if line.startswith("USER "))
    (health,) = (line for line in last if line.startswith("HEALTHCHECK "))

    assert [stage[0].split()[1] for stage in (build, last)] == ["python:3.11-slim"] * 2
    assert re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", user)
    assert "/healthz" in health
    assert not [line for line in last if "pip" in line or "apt-get" in line]
    (installs,) = (line for line in build if "pip install" in line)
    assert "--constraint constraints.txt" in installs
    assert "pip uninstall --yes pip" in installs


def test_the_image_is_built_of_what_is_there_and_of_all_of_it() -> None:
    """Each file that is copied exists, each room is copied, and the build may see exactly these."""
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    project = pyproject()["project"]

    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert set(copied()) == {*ROOMS, "pyproject.toml", "constraints.txt", project["readme"], *project["license-files"]}
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == set(copied())
    assert "*" in ignored


def test_compose_fits_the_specification() -> None:
    """The file is one by the Compose specification's schema."""
    assert complaints(ours("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


def test_compose_keeps_the_service_and_its_database_in() -> None:
    """Only nginx is reached from outside; the service may write nothing, and the database reaches nobody."""
    compose = yaml.safe_load(COMPOSE.read_text())
    services = compose["services"]
    ports = {name: one.get("ports", []) for name, one in services.items()}

    assert ports == {"whichrun": ["127.0.0.1:8000:8000"], "postgres": [], "nginx": ["443:443"]}
    assert services["postgres"]["networks"] == ["back"]
    assert compose["networks"]["back"] == {"internal": True}
    assert services["whichrun"]["read_only"] is True
    assert services["whichrun"]["cap_drop"] == ["ALL"]
    here = [volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])]
    mounted = [path for path in here if path.startswith("./") and "/tls/" not in path]
    assert [path for path in mounted if not (DEPLOY / path).is_file()] == []


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.name))
def test_the_manifests_fit_kubernetes_schemas(path: Path) -> None:
    """Each object is one by Kubernetes' own schema, and holds no field that it does not know."""
    assert complaints(ours("kubernetes-validate"), "--strict", path) == ""


def test_the_pods_are_confined() -> None:
    """Each container runs as a user without rights, may write nothing of its image, and has a limit of memory."""
    pods = [pod_of(one) for one in documents() if one["kind"] == "Deployment"]
    containers = [one for pod in pods for one in (*pod.get("initContainers", ()), *pod["containers"])]

    assert len(containers) == 3
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["automountServiceAccountToken"] is False
    for one in containers:
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in one["resources"]["limits"]


def test_what_the_manifests_name_is_there() -> None:
    """Selectors find pods, ports are those of containers, and what is mounted is a volume of the pod."""
    found = documents()
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in found if one["kind"] == "Deployment"]
    ports = {
        port["name"]
        for one in found
        if one["kind"] == "Deployment"
        for c in pod_of(one)["containers"]
        for port in c["ports"]
    }

    assert [one["metadata"]["namespace"] for one in found] == ["whichrun"] * len(found)
    for one in found:
        if one["kind"] == "Service":
            assert one["spec"]["selector"] in labels
            assert {port["targetPort"] for port in one["spec"]["ports"]} <= ports
        if one["kind"] in {"Deployment", "PodDisruptionBudget"}:
            assert one["spec"]["selector"]["matchLabels"] in labels
        if one["kind"] == "Deployment":
            volumes = {volume["name"] for volume in pod_of(one)["volumes"]}
            assert {mount["name"] for c in pod_of(one)["containers"] for mount in c["volumeMounts"]} == volumes


def test_settings_that_are_given_to_containers_exist() -> None:
    """Each name in compose, the manifests, the Dockerfile and their comments is one of the service's settings."""
    texts = "".join(path.read_text() for path in (DOCKERFILE, COMPOSE, *MANIFESTS, *UNITS))
    named = set(re.findall(r"\bWHICHRUN_[A-Z_]+\b", texts))
    assert named
    assert named - set(NAMES) == set()


@pytest.mark.skipif(not installed("systemd-analyze"), reason=SYSTEMD_LEFT_OUT)
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: str(path.name))
def test_the_units_can_be_loaded(unit: Path, tmp_path: Path) -> None:
    """Systemd itself knows every key, value and dependency; the program, which is not installed here, is another's."""
    for path in UNITS:
        text = path.read_text().replace("/opt/whichrun/venv/bin/whichrun", "/bin/true")
        (tmp_path / path.name).write_text(text)
    assert complaints("systemd-analyze", "verify", "--man=no", tmp_path / unit.name) == ""


def test_each_unit_is_confined() -> None:
    """Every service runs as a user that exists with it alone, without capabilities, over what it cannot write."""
    services = [path.read_text().splitlines() for path in UNITS if path.suffix == ".service"]
    assert len(services) == 4
    for lines in services:
        assert {"DynamicUser=yes", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= set(
            lines
        )


def test_where_nginx_is_moved_to_another_host_it_finds_the_service() -> None:
    """What compose and the manifests put in the place of the loopback stands in nginx.conf, once."""
    assert (DEPLOY / "nginx.conf").read_text().count(NGINX_FROM) == 1
    told = [COMPOSE.read_text().replace("\\", ""), (DEPLOY / "kubernetes" / "nginx.yaml").read_text()]
    assert [f"s/{NGINX_FROM}/{NGINX_TO}/" in text for text in told] == [True, True]
