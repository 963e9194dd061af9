# What the other scripts share: finding Python, and getting system packages where they are missing.
# Sourced, not run.

# The system packages letters need, and those that only the tests need.
LETTER_PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig)
TEST_PACKAGES=(chromium libzbar0 poppler-utils qpdf)

say() { printf '%s\n' "$*" >&2; }

# True when Debian's package manager says that a package is installed.
has_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Install the named packages that are missing: with apt as root or by sudo; else print the one line to run.
need_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || return 0 # another system: `suket check` says what is missing
    for name in "$@"; do has_package "$name" || missing+=("$name"); done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        elif command -v sudo >/dev/null && [ -t 0 ]; then
            as_root=(sudo)
        else
            say "Run this once, then try again:"
            say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
            return 1
        fi
    fi
    say "Installing ${missing[*]} …"
    "${as_root[@]}" apt-get update -qq >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Print the first Python that is new enough.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    say "Python 3.11 or newer is needed (Debian 12, Ubuntu 24.04: sudo apt-get install python3 python3-venv)."
    return 1
}

# Make .venv hold exactly what a lock file names, and this project; quick when it already does.
ensure_venv() {
    local lock=$1 python stamp
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
        need_packages_for_python
        python=$(find_python)
        rm -rf .venv
        if ! "$python" -m venv .venv 2>/dev/null; then
            need_packages python3-venv
            "$python" -m venv .venv
        fi
    fi
    stamp=$({ .venv/bin/python --version && cat "$lock" pyproject.toml && pwd; } | sha256sum | cut -d' ' -f1)
    if [ "$(cat ".venv/stamp-$lock" 2>/dev/null)" != "$stamp" ]; then
        say "Installing the locked Python packages of $lock …"
        PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/pip install --quiet --require-hashes -r "$lock"
        PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/pip install --quiet --no-deps --no-build-isolation --no-index -e .
        printf '%s' "$stamp" >".venv/stamp-$lock"
    fi
}

need_packages_for_python() {
    find_python >/dev/null 2>&1 || need_packages python3 python3-venv
}
