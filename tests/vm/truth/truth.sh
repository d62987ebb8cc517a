#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whether deep probes see every store into a page table: the emulator sees them all, and both are
# compared, page by page.
#
#	truth.sh 6.1|6.12|6.18|7.3 STALETLB WORKLOAD [PHASE]...
#
# STALETLB_VM_OUT names a directory for what was recorded, which is thrown away otherwise. Exit
# status: 77 where there is no kernel, no emulator, or none that takes plugins.
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
usage='usage: truth.sh 6.1|6.12|6.18|7.3 STALETLB WORKLOAD [PHASE]...'
kernel=${1?$usage} staletlb=${2?$usage} workload=${3?$usage}
shift 3
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
out=${STALETLB_VM_OUT:-$tmp/out}
mib=2048

for tool in gcc trace-cmd qemu-system-x86_64; do
	command -v "$tool" >/dev/null && continue
	echo "skipped: $tool is missing"
	exit 77
done
if ! qemu-system-x86_64 -plugin help 2>&1 | grep -q 'load plugin'; then
	echo "skipped: this emulator takes no plugins"
	exit 77
fi
mkdir -p "$out" && gcc -O2 -shared -fPIC -fvisibility=hidden "$here/stores.c" -o "$tmp/stores.so" ||
	exit 2

# boot SCRIPT [OPTION]...: the same machine each time, nothing at a random place
boot() {
	local script=$1
	shift

	"$here/../vm.sh" --kernel "$kernel" --memory "$mib" --append nokaslr --out "$out" "$@" \
		"$here/$script" ${phases[@]+"${phases[@]}"}
}

# address NAME: of a function
address() {
	sed -n "s/^\([0-9a-f]*\) [tT] $1$/\1/p" "$out/kallsyms" | head -n 1
}

phases=()
boot symbols-guest.sh || exit
base=ffff888000000000
[ "$(cat "$out/levels")" = 4 ] || base=ff11000000000000
plugin=$tmp/stores.so,out=$out/stores,base=$base,mib=$mib,mark=$(address __x64_sys_sethostname)
for level in pte pmd pud p4d pgd; do
	plugin+=,set=$(address "native_set_$level")
done
phases=("$@")
boot truth-guest.sh --add "$staletlb:/bin/staletlb" --add "$workload:/bin/workload" \
	--qemu -plugin --qemu "$plugin" || exit
trace-cmd report -i "$out/truth.dat" >"$out/truth.txt" 2>"$tmp/log" || { cat "$tmp/log" && exit 1; }
"$here/compare.py" "$out/stores" "$out/truth.txt" "$out/kallsyms"
