"""Starts the Java kernel: finds a JDK and becomes it. Everything else is in kernel.json."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

NEEDED = 17


def version(home):
    """The version of the JDK in a folder; 0 if there is none."""
    try:
        with open(os.path.join(home, "release"), encoding="utf-8") as release:
            found = re.search(r'JAVA_VERSION="(\d+)', release.read())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def has_compiler(home):
    return os.path.exists(os.path.join(home, "jmods", "jdk.compiler.jmod")) or os.path.exists(
        os.path.join(home, "bin", "javac.exe" if os.name == "nt" else "javac")
    )


def homes():
    for variable in ("JAVA_HOME", "JDK_HOME"):
        if os.environ.get(variable):
            yield os.environ[variable]
    if os.environ.get("CONDA_PREFIX"):
        yield os.path.join(os.environ["CONDA_PREFIX"], "lib", "jvm")
    # Where install-jdk, the usual way to a JDK from Python, puts its JDKs.
    own = os.path.join(os.path.expanduser("~"), ".jdk")
    if os.path.isdir(own):
        for name in sorted(os.listdir(own), reverse=True):
            yield os.path.join(own, name)
    java = shutil.which("java")
    if java:
        yield os.path.dirname(os.path.dirname(os.path.realpath(java)))


def find():
    seen = []
    for home in homes():
        found = version(home)
        if found >= NEEDED and has_compiler(home):
            return os.path.join(home, "bin", "java.exe" if os.name == "nt" else "java")
        kind = "no JDK" if not found else f"Java {found}" + ("" if has_compiler(home) else " without a compiler")
        seen.append(f"{home} ({kind})")
    sys.exit(
        f"The Java kernel needs a JDK of version {NEEDED} or newer. "
        + ("Found: " + ", ".join(seen) + ". " if seen else "None was found. ")
        + "Install one, or set JAVA_HOME to it."
    )


def main():
    # As Java's own java.io.tmpdir, where the next kernel looks for it.
    folder = "/tmp" if sys.platform.startswith("linux") else tempfile.gettempdir()
    crash = "-XX:ErrorFile=" + os.path.join(folder, "adder-kernel-crash-%p.log")
    command = [find(), crash, *sys.argv[1:]]
    if os.name == "nt":
        # Windows cannot replace a process: stay, so that ending this one ends the kernel.
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


main()
