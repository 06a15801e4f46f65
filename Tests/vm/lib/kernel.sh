# shellcheck shell=bash
# Debian's kernels, ready to boot: .build/vm/RELEASE with the package's files, vmlinux and an initramfs.
# Sourced, not run, from the root of the repository.

# What the initramfs must load to reach the host's root. A kernel may have some of them built in.
readonly boot_modules="virtio_pci 9pnet_virtio 9p overlay"

# fail LINE…: why there is no machine, and what to do; 125, as no command of ours ends so.
fail() {
  printf '%s\n' "" "$@" >&2
  exit 125
}

# prepare_kernel SERIES: sets kernel_release and kernel_place, and fetches and unpacks what is not there yet.
prepare_kernel() {
  local tool
  for tool in qemu-system-x86_64 depmod busybox apt-get dpkg-deb zstd xz; do
    if ! PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null; then
      fail "The virtual machine needs $tool, which is not here. On Debian:" \
        "  apt-get install qemu-system-x86 kmod busybox-static xz-utils zstd"
    fi
  done
  # What was unpacked before serves on: a newer package is fetched once .build/vm is gone.
  mkdir -p .build/vm
  kernel_place=$(find .build/vm -mindepth 2 -maxdepth 2 -path "*/$1.*/ready" -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$kernel_place" ] && [ "$kernel_place/ready" -nt "$here/init" ] && [ "$kernel_place/ready" -nt "$here/lib/kernel.sh" ]; then
    kernel_release=${kernel_place##*/}
    return 0
  fi
  local package started=$SECONDS
  package=$(newest_package "$1")
  kernel_release=${package#linux-image-}
  kernel_place=.build/vm/$kernel_release
  echo "Fetching $package from Debian and unpacking it to $kernel_place." >&2
  if [ ! -d "$kernel_place/lib/modules/$kernel_release" ]; then unpack_package "$package"; fi
  extract_vmlinux "$kernel_place/boot/vmlinuz-$kernel_release" "$kernel_place/vmlinux"
  make_initramfs
  touch "$kernel_place/ready"
  echo "Linux $kernel_release is ready to boot after $((SECONDS - started)) s." >&2
}

# newest_package SERIES: the newest of Debian's generic kernels of that series.
newest_package() {
  local found
  found=$(kernel_packages "$1")
  if [ -z "$found" ]; then
    # An image of Debian comes without the lists of packages.
    as_root apt-get -qq update >&2 || true
    found=$(kernel_packages "$1")
  fi
  if [ -z "$found" ]; then
    fail "apt-cache knows no package linux-image-$1.*-amd64. Debian 12 has 6.1 and, in bookworm-security, 6.12." \
      "Run apt-get update, and see that /etc/apt/sources.list has both."
  fi
  printf '%s\n' "$found" | tail -n 1
}

kernel_packages() {
  apt-cache search --names-only "^linux-image-${1//./\\.}\\.[0-9][-+.0-9a-z]*-amd64\$" | awk '{ print $1 }' \
    | grep -vE -- '-(cloud|rt)-' | sort -V
}

# as_root COMMAND…: as root, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

unpack_package() {
  local fetched
  fetched=$(mktemp -d -p .build/vm)
  # Its warning that root's download is not done by _apt says nothing here.
  if ! (cd "$fetched" && apt-get -qq -o APT::Sandbox::User=root download "$1") \
    || ! dpkg-deb --extract "$fetched/"*.deb "$fetched/root"; then
    rm -rf "$fetched"
    fail "apt-get download $1 failed; its own words stand above. The machine needs a mirror of Debian with that package."
  fi
  # A newer package's files stand under /usr, and depmod looks under /lib.
  if [ ! -d "$fetched/root/lib/modules" ]; then ln -s usr/lib "$fetched/root/lib"; fi
  PATH=$PATH:/usr/sbin:/sbin depmod --basedir "$fetched/root" "$kernel_release"
  rm -rf "$kernel_place"
  mv "$fetched/root" "$kernel_place"
  rm -r "$fetched"
}

# extract_vmlinux BZIMAGE VMLINUX: the ELF file inside, which boots by PVH a second sooner than the compressed image does.
# Kernel doc: arch/x86/boot.rst, fields setup_sects, payload_offset and payload_length.
extract_vmlinux() {
  local setup offset length
  setup=$(od -An -tu1 -j $((0x1f1)) -N1 "$1")
  offset=$(od -An -tu4 -j $((0x248)) -N4 "$1")
  length=$(od -An -tu4 -j $((0x24c)) -N4 "$1")
  local start=$(((setup + 1) * 512 + offset)) unpack
  case $(od -An -tx1 -j "$start" -N4 "$1" | tr -d ' ') in
    28b52ffd) unpack=zstd ;;
    fd377a58) unpack=xz ;;
    *) fail "The payload of $1 is compressed neither by zstd nor by xz: extract_vmlinux must learn its form." ;;
  esac
  # The last four bytes of the payload are its size when unpacked.
  dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$start" count=$((length - 4)) status=none | $unpack -dc >"$2"
}

# make_initramfs: busybox, the modules that reach the host's root, and our init.
make_initramfs() {
  local tree=$kernel_place/initramfs.tree module path number=10
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/modules" "$tree/proc" "$tree/sys" "$tree/dev"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$here/init" "$tree/init"
  for module in $boot_modules; do
    while read -r path; do
      # Numbered, so that the order of the names is the order of loading.
      case $path in
        *.xz) xz -dc "$path" >"$tree/modules/$number-$(basename "${path%.xz}")" ;;
        *) cp "$path" "$tree/modules/$number-$(basename "$path")" ;;
      esac
      number=$((number + 1))
    done < <(PATH=$PATH:/usr/sbin:/sbin modprobe --dirname "$kernel_place" --set-version "$kernel_release" --show-depends "$module" \
      | awk '$1 == "insmod" { print $2 }')
  done
  (cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null) >"$kernel_place/initramfs"
  rm -r "$tree"
}
