"""The house rules a machine can check. A rule that stands in CONTRIBUTING.md and can be read off the files is here."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from rollout.templatetags.ui_icons import icon_shapes

ROOT = Path(__file__).resolve().parent.parent
APPS = ("rollout", "sites", "workorders", "technicians")
PURE = ("sites/imports/", "workorders/sow/", "workorders/packets/", "technicians/scheduling/")
NO_QUERIES = re.compile(r"/(views|api|templatetags)(/|\.py$)")
# The API generator wants to know the model of a list; a list that is always empty tells it and nothing else.
EMPTY_LIST = ".objects.none()"


@cache
def tracked() -> tuple[str, ...]:
    """Files of the repository: as git sees them, those about to be added included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted(name for name in listed if (ROOT / name).is_file()))


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def files(*roots: str, ending: str = ".py") -> list[str]:
    return [name for name in tracked() if name.startswith(roots) and name.endswith(ending)]


SOURCES = [name for name in files(*(f"{app}/" for app in APPS)) if "/migrations/" not in name]
MIGRATIONS = [name for name in files(*(f"{app}/" for app in APPS)) if "/migrations/0" in name]
TESTS = files("tests/")
TEMPLATES = files("templates/", ending=".html")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name))


def functions(name: str):
    """Yield every function of a file."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.AST) -> int:
    """Lines of a function without its docstring and decorators."""
    docstring = ast.get_docstring(node, clean=False)
    return node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)


# --- Size -----------------------------------------------------------------------------------------------------
def test_functions_are_short():
    lengths = {f"{name}:{f.lineno} {f.name}": length(f) for name in SOURCES for f in functions(name)}
    assert not [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > 60]
    assert statistics.median(lengths.values()) < 12


@pytest.mark.parametrize(
    ("names", "most"), [(SOURCES, 500), (TEMPLATES, 250), (TESTS, 400)], ids=["py", "html", "tests"]
)
def test_files_are_short(names, most):
    counted = {name: text(name).count("\n") for name in names}
    assert not {name: lines for name, lines in counted.items() if lines > most}


# --- Rooms ----------------------------------------------------------------------------------------------------
def test_views_api_and_tags_ask_no_model():
    found = [
        f"{name}:{number}"
        for name in SOURCES
        if NO_QUERIES.search(f"/{name}")
        for number, line in enumerate(text(name).splitlines(), 1)
        if ".objects" in line.replace(EMPTY_LIST, "")
    ]
    assert not found, "reads belong into queries.py, single objects into access.py"


def test_actions_read_no_clock():
    clocks = re.compile(r"timezone\.(now|localdate|localtime)\(|datetime\.(now|utcnow|today)\(|date\.today\(")
    assert not [name for name in SOURCES if "/actions" in name and clocks.search(text(name))]


def test_no_signals_and_no_overridden_save():
    receivers = [name for name in SOURCES if re.search(r"@receiver|\.connect\(", text(name))]
    saves = [
        f"{name}:{f.lineno}"
        for name in SOURCES
        if "/models/" in name
        for f in functions(name)
        if f.name == "save"
    ]
    assert (receivers, saves) == ([], [])


def test_the_sites_framework_of_django_stays_out():
    assert "django.contrib.sites" not in settings.INSTALLED_APPS
    assert apps.get_app_config("sites").name == "sites"


# --- Migrations -----------------------------------------------------------------------------------------------
# Values of choices and callables of models are written into migrations by Django itself.
def test_migrations_stand_alone():
    own = re.compile(rf"^\s*(from|import) ({'|'.join(APPS)})\b(?!\.choices)", re.M)
    imports = {name: own.findall(text(name)) for name in MIGRATIONS}
    assert not {name: found for name, found in imports.items() if found and "RunPython" in text(name)}


def test_migrations_have_names():
    assert MIGRATIONS
    assert not [
        name for name in MIGRATIONS if re.search(r"/\d{4}_(auto_|alter_|initial|remove_|rename_)", name)
    ]


# --- Words ----------------------------------------------------------------------------------------------------
def is_told(name: str) -> bool:
    return (
        name.startswith(PURE)
        or re.search(r"/(actions|queries|access|facts|jobs|files)(/|\.py$)", name) is not None
    )


def test_public_functions_say_what_they_are_for():
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name in SOURCES
        if is_told(name)
        for node in tree(name).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not silent


def test_models_and_modules_say_what_they_are():
    models = [m.__name__ for app in APPS for m in apps.get_app_config(app).get_models() if not said(m)]
    modules = [name for name in SOURCES if text(name).strip() and not ast.get_docstring(tree(name))]
    assert (models, modules) == ([], [])


def said(model: type) -> bool:
    """Django writes a docstring of its own, the list of fields, when there is none."""
    return bool(model.__doc__) and not model.__doc__.startswith(f"{model.__name__}(")


def test_nobody_is_shouted_at():
    shouting = re.compile(r"[A-Za-z]!(?=[\s<\"”]|$)", re.M)
    code = re.compile(r"(?s)\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<!doctype[^>]*>", re.I)
    assert not [name for name in TEMPLATES if shouting.search(code.sub("", text(name)))]
    told = [
        f"{name}:{node.lineno}"
        for name in SOURCES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"(^|\s)[A-Za-z’]+!(\s|$)", node.value)
    ]
    assert not told


# --- Templates ------------------------------------------------------------------------------------------------
def test_templates_bring_no_code_and_no_styles():
    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*json)|<style|\sstyle=|\s(hx-)?on[a-z:-]+=\"|javascript:|<c-"
    )
    paper = ("templates/workorders/packet/", "templates/500.html")
    found = {n: forbidden.findall(text(n)) for n in TEMPLATES if not n.startswith(paper)}
    assert not [name for name, hits in found.items() if hits]


def test_every_template_is_used():
    # allauth finds its pages by name, Django the ones of errors.
    by_name = (
        "account/",
        "allauth/",
        "mfa/",
        "socialaccount/",
        "400.html",
        "403",
        "404.html",
        "413.html",
        "429.html",
        "500",
    )
    everything = "\n".join(text(name) for name in [*SOURCES, *TEMPLATES, *files("rollout/", ending=".html")])
    names = [name.removeprefix("templates/") for name in TEMPLATES]
    assert not [name for name in names if not name.startswith(by_name) and f"{name}" not in everything]


def test_every_icon_exists():
    asked = re.compile(r'\{% (?:icon|empty) "([a-z0-9-]+)"|icon_name="([a-z0-9-]+)"')
    wanted = {a or b for name in TEMPLATES for a, b in asked.findall(text(name))}
    assert wanted
    assert not wanted - icon_shapes().keys()


# --- What must not be here ------------------------------------------------------------------------------------
def test_lock_files_name_no_host():
    locks = [name for name in tracked() if name.endswith((".lock", "package-lock.json"))]
    assert locks
    # Who may be paid for a package is no place to fetch it from.
    fetched = re.compile(r'"resolved"|--index-url|--find-links|(?<!"url": ")https?://')
    assert not [name for name in locks if fetched.search(text(name))]


def test_no_path_of_somebodys_machine():
    places = re.compile(
        "|".join(("/" + "work/", "/" + r"home/[a-z]+/", "/" + "Users/", "/" + "root/", r"[A-Z]:\\Users"))
    )
    readable = [
        name for name in tracked() if not name.endswith((".png", ".woff2", ".ico", ".jpg", ".pdf", ".ttf"))
    ]
    allowed = ("Dockerfile", "docker-compose.yml", "deploy/")  # paths inside the image
    found = [name for name in readable if places.search(name) or places.search(text(name))]
    assert not [name for name in found if not name.startswith(allowed)]
