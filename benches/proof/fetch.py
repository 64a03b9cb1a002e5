"""Fetches a release of a package from the registry that the package manager at hand is configured with."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile


class Missing(Exception):
    """Something that is needed is not here; the sentence says what."""


def release(function, version, folder):
    """Unpacks a release into `folder` and gives the folder that holds its files."""
    folder.mkdir(parents=True)
    return {"pypi": python, "npm": node, "cargo": crate}[function["registry"]](function["package"], version, folder)


def call(command, cwd, what):
    """Runs a package manager; its last words are the reason if it fails."""
    if shutil.which(command[0]) is None:
        raise Missing(f"{command[0]} is not here")
    ended = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode != 0:
        words = [line for line in ended.stderr.splitlines() if line.strip()]
        raise Missing(f"{what}: {words[-1] if words else ended.returncode}")
    return ended.stdout


def python(package, version, folder):
    """A wheel where there is one, else the source. Neither is installed; nothing of it runs."""
    archives = folder / "archive"
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(archives), f"{package}=={version}"]
    call(pip, folder, f"fetching {package} {version}")
    archive = next(archives.iterdir())
    files = folder / "files"
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(files)
    else:
        unpack(archive, files)
    for noise in [*files.glob("*.dist-info"), *files.glob("*.egg-info")]:
        shutil.rmtree(noise)
    return files


def node(package, version, folder):
    """What `npm pack` gives."""
    name = call(["npm", "pack", "--silent", f"{package}@{version}"], folder, f"fetching {package} {version}")
    unpack(folder / name.split()[-1], folder / "files")
    return folder / "files"


def crate(package, version, folder):
    """A crate's sources, as cargo has unpacked them for a package that needs it."""
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "fetching"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{package} = "={version}"\n'
    )
    call(["cargo", "fetch", "-q"], folder, f"fetching {package} {version}")
    told = json.loads(call(["cargo", "metadata", "--format-version", "1", "--offline"], folder, "asking cargo"))
    found = [p for p in told["packages"] if p["name"] == package and p["version"] == version]
    files = folder / "files"
    shutil.copytree(pathlib.Path(found[0]["manifest_path"]).parent, files)
    for path in [files, *files.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o644 | (0o111 if path.is_dir() else 0))
    manifest = files / "Cargo.toml"
    # Its own tests may need crates that are nobody's business here.
    kept = [
        part
        for part in re.split(r"(?m)^(?=\[)", manifest.read_text())
        if not re.match(r"\[+(dev-dependencies|build-dependencies|bench|badges)", part)
    ]
    manifest.write_text("".join(kept))
    for noise in ("Cargo.toml.orig", ".cargo_vcs_info.json", ".cargo-ok", "Cargo.lock", "benches"):
        path = files / noise
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return files


def lock(repository):
    """A crate is built offline: what it needs is written down while there is a network."""
    if (repository / "src").is_dir():
        call(["cargo", "generate-lockfile", "-q"], repository, "locking the crate")
    (repository / ".gitignore").write_text("/target\n")


def environment(function, repository):
    """A virtual environment in the repository, for a package that needs others."""
    needs = function.get("needs")
    if not needs:
        return
    place = repository / ".venv"
    call([sys.executable, "-m", "venv", str(place)], repository, "making an environment")
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", *needs]
    call(pip, repository, f"installing {', '.join(needs)}")
    (repository / ".gitignore").write_text("/.venv\n")


def unpack(archive, files):
    """The one folder of a tar archive."""
    inner = archive.parent / "unpacked"
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            inside = os.path.normpath(member.name)
            if member.isreg() and not inside.startswith(("/", "..")):
                tar.extract(member, inner)
    (only,) = inner.iterdir()
    only.rename(files)
