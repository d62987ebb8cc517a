#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the module of this folder for a kernel of Debian, as vm.sh boots it.
#
#	build.sh 6.1|6.12|7.3 DIRECTORY		gets staletlb_inline.ko
#
# Exit status 77: the kernel's headers or the compiler cannot be had.
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cache=${STALETLB_VM_CACHE:-$here/../../../build/vm}
usage='usage: build.sh 6.1|6.12|7.3 DIRECTORY'
kernel=${1?$usage} directory=${2?$usage}

for tool in make gcc-12; do
	command -v "$tool" >/dev/null && continue
	echo "skipped: $tool is missing" >&2
	exit 77
done
"$here/../kernels.sh" "$kernel" "$cache" &&
	"$here/../kernels.sh" "headers-$kernel" "$cache" || exit
cache=$(realpath "$cache")
release=$(cat "$cache/headers-$kernel/release")
if [ "$release" != "$(cat "$cache/$kernel/release")" ]; then
	echo "the headers are of $release, the kernel is another; remove $cache/headers-$kernel" >&2
	exit 1
fi
mkdir -p "$directory" && directory=$(realpath "$directory") &&
	cp "$here"/{Kbuild,*.c,*.h} "$directory" || exit 1
# The newest kernels are built by a newer compiler, with an option that this one has not.
cat >"$directory/cc" <<'END' && chmod +x "$directory/cc" || exit 1
#!/usr/bin/env bash
for argument; do
	shift
	[[ $argument = -fmin-function-alignment=* ]] || set -- "$@" "$argument"
done
exec gcc-12 "$@"
END
make -s -C "$cache/headers-$kernel/usr/src/linux-headers-$release" CC="$directory/cc" \
	M="$directory" modules 2>"$directory/log" >&2 || { cat "$directory/log" >&2 && exit 1; }
