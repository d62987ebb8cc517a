#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots one of Debian's kernels in an emulated machine (2 CPUs, 2 NUMA nodes, AMD's SVM for KVM),
# runs a script there and brings back what it did.
#
#	vm.sh [OPTION]... --out DIRECTORY SCRIPT [ARGUMENT]...
#
#	--kernel 6.1|6.12|6.18|7.3	which kernel (6.1)
#	--append ARGUMENTS	more words for the kernel's command line
#	--memory MIB		(2048)
#	--timeout SECONDS	when a guest that hangs is killed (1500)
#	--qemu ARGUMENT		one more argument of the emulator
#	--add HOST:GUEST	a file or directory that the guest has at GUEST, with the shared
#				libraries of each program in it
#
# The script is run by busybox's sh, as root, in the guest's memory; its stdout and stderr come out
# of this script's stdout while it runs. DIRECTORY gets what the script leaves in /out, and beside
# that `console` (the kernel's), `dmesg` and `status`.
#
# Exit status: the script's; 77 where there is no kernel or no emulator; 124 after the timeout; 125
# where the guest ended without handing back results.
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cache=${STALETLB_VM_CACHE:-$here/../../build/vm}
kernel=6.1 append='' memory=2048 limit=1500 out='' adds=() more=()

usage() {
	sed -n '5,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

skip() {
	echo "skipped: $*" >&2
	exit 77
}

while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=${2?} ;;
	--append) append=${2?} ;;
	--memory) memory=${2?} ;;
	--timeout) limit=${2?} ;;
	--add) adds+=("${2?}") ;;
	--qemu) more+=("${2?}") ;;
	--out) out=${2?} ;;
	-*) usage ;;
	*) break ;;
	esac
	shift 2
done
if [ -z "$out" ] || [ $# -eq 0 ]; then usage; fi
[ -r "$1" ] || { echo "vm.sh: no script $1" >&2 && exit 2; }

# add_libraries FILE: what the loader will look for, under the same names
add_libraries() {
	local library

	while read -r library; do
		[ -e "$tree$library" ] || install -D "$library" "$tree$library" || return
	done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

# add HOST GUEST
add() {
	local file

	[ -e "$1" ] || { echo "vm.sh: no file $1" >&2 && return 1; }
	mkdir -p "$tree$(dirname "$2")" && cp -rL "$1" "$tree$2" || return
	while read -r file; do
		add_libraries "$file" || return
	done < <(find -L "$1" -type f \( -perm -1 -o -name '*.so*' \))
}

build_tree() {
	local pair

	mkdir -p "$tree"/{bin,vm,lib/modules} &&
		ln -s bin "$tree/sbin" &&
		cp "$(command -v busybox)" "$tree/bin/busybox" &&
		ln -s busybox "$tree/bin/sh" &&
		cp -r "$cache/$kernel/lib/modules/." "$tree/lib/modules" &&
		install "$here/init.sh" "$tree/init" &&
		cp "$1" "$tree/vm/script" || return
	shift
	printf '%q ' sh /vm/script "$@" >"$tree/vm/command"
	for pair in ${adds[@]+"${adds[@]}"}; do
		add "${pair%:*}" "${pair##*:}" || return
	done
	(cd "$tree" && find . -print0 | cpio -0 -o -H newc --quiet -R 0:0) >"$tmp/initramfs"
}

boot() {
	local half=$((memory / 2))

	exec timeout --foreground -k 5 "$limit" qemu-system-x86_64 \
		-machine pc -accel tcg,thread=single -cpu max -smp 2,sockets=2 -m "$memory" \
		-object "memory-backend-ram,id=near,size=${half}M" \
		-object "memory-backend-ram,id=far,size=${half}M" \
		-numa node,nodeid=0,cpus=0,memdev=near -numa node,nodeid=1,cpus=1,memdev=far \
		-nodefaults -display none -no-reboot \
		-serial "file:$out/console" -serial stdio \
		-drive "file=$tmp/disk,format=raw,if=virtio,cache=unsafe" \
		-kernel "$cache/$kernel/vmlinuz" -initrd "$tmp/initramfs" \
		-append "console=ttyS0 loglevel=5 panic=-1 oops=panic tsc=reliable hugepages=16 \
			sysctl.kernel.hung_task_panic=1 $append" \
		${more[@]+"${more[@]}"} \
		</dev/null
}

[ "$(uname -m)" = x86_64 ] || skip "the guest's programs are x86_64's"
for tool in qemu-system-x86_64 busybox cpio; do
	command -v "$tool" >/dev/null || skip "$tool is missing"
done
"$here/kernels.sh" "$kernel" "$cache" || exit

mkdir -p "$out" && out=$(realpath "$out") && tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree
rm -f "$out"/{console,dmesg,status}

# The emulated disk now and then never answers the write of the results, all else being done: the
# guest's kernel tells of the task that waits, and gives up.
disk_hung() {
	grep -q 'INFO: task dd:[0-9]* blocked' "$out/console"
}

build_tree "$@" || exit 1
trap 'kill "$emulator"' INT TERM HUP
status=125
for _ in 1 2 3; do
	rm -f "$tmp/disk"
	truncate -s 8G "$tmp/disk" || exit 1
	boot &
	emulator=$!
	wait "$emulator"
	status=$?
	disk_hung || break
	echo "vm.sh: the emulated disk hung, once more" >&2
done
if [ $status -eq 124 ] || [ $status -eq 137 ]; then
	echo "vm.sh: killed after $limit s" >&2
	exit 124
fi
mkdir "$tmp/results" && tar -xf "$tmp/disk" -C "$tmp/results" --no-same-owner 2>/dev/null
if ! [ -s "$tmp/results/status" ]; then
	echo "vm.sh: the guest ended without results; the last of $out/console:" >&2
	tail -n 20 "$out/console" >&2
	exit 125
fi
cp -r "$tmp/results/out/." "$tmp/results/status" "$tmp/results/dmesg" "$out" || exit 1
exit "$(cat "$out/status")"
