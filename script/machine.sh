# What the other scripts share: finding Python and Node, and getting system packages where they are missing.
# Sourced, not run.

# The system packages letters need, and those that only the tests need.
# a|b: either will do; Ubuntu has other names for some.
LETTER_PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig 'libzbar0|libzbar0t64')
# PostgreSQL is there for its binaries: the tests start servers of their own. (Where an init system runs, the
# package also makes and starts a cluster of the machine's; keeping it from that would take a change in /etc.)
TEST_PACKAGES=(
    poppler-utils qpdf
    'postgresql|postgresql-14|postgresql-15|postgresql-16|postgresql-17|postgresql-18'
)

say() { printf '%s\n' "$*" >&2; }

# True when Debian's package manager says that a package is installed.
has_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# True when one of the packages a|b|c is installed.
has_one_of() {
    local name
    for name in ${1//|/ }; do has_package "$name" && return 0; done
    return 1
}

# Print the first of the packages a|b|c that apt knows; the first of all when it knows none.
known_one_of() {
    local name
    for name in ${1//|/ }; do
        apt-cache show "$name" >/dev/null 2>&1 && { printf '%s\n' "$name"; return; }
    done
    printf '%s\n' "${1%%|*}"
}

# A browser for the tests: one that is there, Debian's, or Playwright's own (Ubuntu's is a snap).
need_browser() {
    local name
    for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null && return 0; done
    if apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]' && ! grep -qi ubuntu /etc/os-release; then
        need_packages chromium
    else
        .venv/bin/playwright install --with-deps chromium >&2
    fi
}

# Install the named packages that are missing: with apt as root or by sudo; else print the one line to run.
need_packages() {
    local missing=() choice
    command -v dpkg-query >/dev/null || return 0 # another system: `suket check` says what is missing
    for choice in "$@"; do has_one_of "$choice" || missing+=("$(known_one_of "$choice")"); done
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
    "${as_root[@]}" apt-get -o Acquire::Retries=3 update -qq >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
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

# Print the first Node that is new enough and has its npm beside it.
find_node() {
    local node
    for node in "$(command -v node)" "$PWD/.venv/bin/node"; do
        if [ -x "$node" ] && [ -x "$(dirname "$node")/npm" ] &&
            "$node" -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
            printf '%s\n' "$node"
            return 0
        fi
    done
    return 1
}

# Put Node and npm first on the path: the machine's where new enough, else what pip brings into .venv.
ensure_node() {
    local node
    if ! node=$(find_node); then
        say "Installing Node, which builds the scanner, into .venv …"
        PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/pip install --quiet --retries 1 --require-hashes -r requirements-node.lock
        node=$(find_node) || { say "Node 20 or newer is needed to build the scanner."; return 1; }
    fi
    PATH=$(dirname "$node"):$PATH
}
