# shellcheck shell=bash
# What Samovar needs of a host: packages, Swift, namespaces, Python for the tests. Sourced, not run, from the root of
# the repository. Says what is missing; asks for root for the system's packages only.

# shellcheck source=deploy/lib/progress.sh
. "$(dirname "${BASH_SOURCE[0]}")/progress.sh"

# The least Swift that builds the package.
readonly samovar_swift_major=6 samovar_swift_minor=3

# install_requirements build|test: all that building needs, and for "test" what only the tests need.
# Ends the script with an explanation where something can't be had.
install_requirements() {
  install_packages "$1" || exit 1
  require_swift || exit 1
  require_namespaces || exit 1
}

# has_package NAME: whether Debian's package is installed.
has_package() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# has_library SONAME: whether the dynamic loader finds the library.
has_library() {
  PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -qF "$1 "
}

# wanted_packages build|test: the names of the packages, one a line; NAME=SONAME where any package with the library will do.
wanted_packages() {
  printf '%s\n' git ca-certificates pkg-config libc6-dev libstdc++-dev zlib1g-dev \
    libssl-dev libsecp256k1-dev libcap-dev libseccomp-dev libsqlite3-dev libzstd-dev
  # What a Swift toolchain loads, named by library: the packages' names differ from release to release.
  printf '%s\n' libncurses6=libncurses.so.6 libxml2=libxml2.so.2 libcurl4=libcurl.so.4
  # Swift's own toolchain brings a linker; a distribution's may not.
  find_swift
  if ! command -v ld.lld >/dev/null; then echo lld; fi
  if [ "$1" = test ]; then
    # Podman's seccomp.json, which profiles must load as it is.
    echo golang-github-containers-common
    # Images that others make, to unpack and to pull.
    printf '%s\n' umoci skopeo debootstrap docker-registry busybox-static zstd
    # A broker for the bridge, its tools, and certificates for it.
    printf '%s\n' mosquitto mosquitto-clients openssl
    # A machine for Debian's kernels, and what drives its sensors.
    if [ "${SAMOVAR_WITHOUT_VM-}" != 1 ]; then
      printf '%s\n' qemu-system-x86 kmod i2c-tools xz-utils
    fi
    # A Python of one's own brings both modules; Debian's has them in a package.
    if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then printf '%s\n' python3 python3-venv; fi
  fi
}

# install_packages build|test: installs what is missing, as root or through sudo.
install_packages() {
  local name missing=()
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian, so nothing is installed here. Needed, by Debian's names:"
    wanted_packages "$1" | sed 's/=.*//' | tr '\n' ' '
    echo
    return 0
  fi
  while read -r name; do
    case $name in
      libstdc++-dev)
        # Its name carries GCC's version, which differs from release to release.
        if ! compgen -G '/usr/lib/gcc/*/*/libstdc++.so' >/dev/null; then missing+=(g++); fi
        ;;
      *=*) if ! has_library "${name#*=}"; then missing+=("${name%%=*}"); fi ;;
      *) if ! has_package "$name"; then missing+=("$name"); fi ;;
    esac
  done < <(wanted_packages "$1")
  if [ ${#missing[@]} -eq 0 ]; then
    echo "Every package of the system that is needed is there."
    return 0
  fi
  echo "Missing packages of the system: ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      explain "Installing them needs root, and there is no sudo here. As root, run:" \
        "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" "Then run this again."
      return 1
    fi
    echo "Installing them needs root, and nothing else here does: sudo may ask for your password."
    root=(sudo)
  fi
  apt_get() {
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
  }
  if ! { apt_get update && apt_get install --yes --no-install-recommends "${missing[@]}"; }; then
    explain "apt-get could not install: ${missing[*]}" \
      "Its own words stand above. Samovar needs Debian 12 or later, or a system with these packages."
    return 1
  fi
}

# find_swift: puts a Swift that stands in a usual place on PATH, where it is not yet.
find_swift() {
  if command -v swift >/dev/null; then return 0; fi
  local directory
  for directory in "${SWIFTLY_BIN_DIR:-}" "$HOME/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
    if [ -n "$directory" ] && [ -x "$directory/swift" ]; then
      PATH=$directory:$PATH
      export PATH
      return 0
    fi
  done
  return 0
}

# require_swift: a Swift that is new enough.
require_swift() {
  local get="It is installed without root from https://www.swift.org/install/linux/ (swiftly install $samovar_swift_major.$samovar_swift_minor)."
  find_swift
  if ! command -v swift >/dev/null; then
    explain "There is no Swift on this machine's PATH. $get"
    return 1
  fi
  local said version major minor
  if ! said=$(swift --version 2>&1); then
    explain "$(command -v swift) does not run: $said"
    return 1
  fi
  version=$(printf '%s\n' "$said" | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  major=${version%%.*}
  minor=${version#*.}
  if [ -z "$version" ] || [ "$major" -lt "$samovar_swift_major" ] ||
    { [ "$major" -eq "$samovar_swift_major" ] && [ "$minor" -lt "$samovar_swift_minor" ]; }; then
    explain "Samovar needs Swift $samovar_swift_major.$samovar_swift_minor or later, but $(command -v swift) is ${version:-unknown}. $get"
    return 1
  fi
  echo "Swift $version at $(command -v swift)"
}

# namespaces_work: whether a sandbox can be made here: as root, or in a user namespace of one's own.
namespaces_work() {
  if [ "$(id -u)" -eq 0 ]; then
    unshare --mount --pid --fork true 2>/dev/null
  else
    unshare --user --map-root-user --mount --pid --fork true 2>/dev/null
  fi
}

# require_namespaces: explains how to turn them on where they are off.
require_namespaces() {
  if namespaces_work; then
    echo "Namespaces work for $(id -un)."
    return 0
  fi
  if [ "$(id -u)" -eq 0 ]; then
    explain "Root can't make namespaces here, so tasks can't be shut in: this seems to be a container without the right." \
      "Run it on the machine itself, or give the container CAP_SYS_ADMIN."
    return 1
  fi
  local setting value lines=("An ordinary user can't make user namespaces here, so tasks can't be shut in.")
  for setting in kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0; do
    value=$(cat "/proc/sys/$(printf '%s' "${setting%%=*}" | tr . /)" 2>/dev/null) || value=
    if [ -n "$value" ] && [ "$value" != "${setting#*=}" ]; then
      lines+=("As root, turn them on with:  sysctl -w $setting" \
        "and for good with:  echo '$setting' > /etc/sysctl.d/60-samovar.conf")
    fi
  done
  value=$(cat /proc/sys/user/max_user_namespaces 2>/dev/null) || value=
  if [ "$value" = 0 ]; then lines+=("As root, turn them on with:  sysctl -w user.max_user_namespaces=15000"); fi
  if [ ${#lines[@]} -eq 1 ]; then
    lines+=("The kernel does not say why: a container or a security module may forbid it. Running this as root may help.")
  fi
  explain "${lines[@]}"
  return 1
}

# make_python_environment: .build/venv with what the tests check against, and its name in SAMOVAR_PYTHON.
make_python_environment() {
  local list=Tests/requirements.txt venv=.build/venv
  if [ ! -f "$list" ]; then return 0; fi
  if [ ! -f "$venv/requirements.txt" ] || ! cmp -s "$list" "$venv/requirements.txt"; then
    mkdir -p .build
    if ! { python3 -m venv --clear "$venv" &&
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$list"; }; then
      explain "The packages of $list could not be installed from PyPI; the words of pip stand above." \
        "To run the other tests without them: SAMOVAR_WITHOUT_PYTHON=1 $0"
      return 1
    fi
    cp "$list" "$venv/requirements.txt"
  fi
  SAMOVAR_PYTHON=$PWD/$venv/bin/python
  export SAMOVAR_PYTHON
  echo "Python for the tests: $SAMOVAR_PYTHON"
}
