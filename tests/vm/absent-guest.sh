#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: whatever is missing or not allowed, each command says what it is and what
# still works, and leaves nothing behind.
#
#	absent-guest.sh [locked]	locked: the kernel is, for confidentiality
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh

# tells NAME FACT ANSWER: in the JSON of doctor; one that is missing has an effect
tells() {
	tr -d '\n' <"/out/$1.json" | sed 's/}/}\n/g' | grep "\"id\": \"$2\"" >/tmp/fact
	grep -q "\"answer\": \"$3\"" /tmp/fact || say "$1: $2 is not '$3' but $(cat /tmp/fact)"
	[ "$3" = yes ] || ! grep -q '"effect": ""' /tmp/fact ||
		say "$1: $2 does not say what is lost without it"
}

# refused NAME PATTERN COMMAND...: each command that changes the kernel fails with that message
refused() {
	name=$1 pattern=$2
	shift 2
	step "$name-live" 2 "$@" staletlb live -d 0.2
	step "$name-install" 2 "$@" staletlb probes install
	step "$name-remove" 2 "$@" staletlb probes remove
	step "$name-record" 2 "$@" staletlb record -o /tmp/none -d 0.2
	for what in live install remove record; do
		says "$name-$what" "$pattern"
		[ "$(wc -l <"/out/$name-$what.err")" = 1 ] ||
			say "$name-$what: more than one line: $(cat "/out/$name-$what.err")"
	done
	[ ! -e /tmp/none ] || say "$name-record: left a file"
}

mount -t securityfs security /sys/kernel/security || exit 1
if [ "${1-}" = locked ]; then
	# tracefs is there, and empty
	step locked 3 staletlb doctor -f json -o /out/locked.json
	tells locked lockdown no
	step locked-text 3 staletlb doctor
	refused locked '[Ll]ock.*lockdown=integrity'
	[ "$failed" = 0 ] || cat /out/locked-text.out /out/*.err
	exit "$failed"
fi

modprobe kvm-amd || exit 1
make_somebody
state >/tmp/state

echo 'user:x:1000:1000::/:/bin/sh' >>/etc/passwd
# shellcheck disable=SC2016 # of that script
printf '#!/bin/sh\nexec su user -c "$*"\n' >/bin/as-user
chmod +x /bin/as-user
step user 3 as-user staletlb doctor -f json >/dev/null
cp /out/user.out /out/user.json
tells user root no
step user-text 3 as-user staletlb doctor
refused user 'run it as root' as-user
step user-list '[02]' as-user staletlb probes list
unchanged "what a user can do"

# Without type information: only tracepoints and bare calls
mkdir /tmp/empty
mount --bind /tmp/empty /sys/kernel/btf
step no-btf 3 staletlb doctor -f json -o /out/no-btf.json
tells no-btf btf no
step no-btf-text 3 staletlb doctor
step no-btf-live 3 staletlb live -f json -o /out/no-btf-live.json -- workload cow
step no-btf-list 0 staletlb probes list
grep -q 'BTF' /out/no-btf-list.out || say "no-btf-list: does not say what is missing"
umount /sys/kernel/btf
unchanged "without BTF"

# Without the addresses of functions, as root
echo 2 >/proc/sys/kernel/kptr_restrict
step no-names '[03]' staletlb doctor
step no-names-live '[03]' staletlb live -f json -o /out/no-names-live.json -- workload cow
echo 0 >/proc/sys/kernel/kptr_restrict
unchanged "without the addresses of functions"

umount "$tracing"
umount /sys/kernel/debug
step no-tracefs 3 staletlb doctor -f json -o /out/no-tracefs.json
tells no-tracefs tracefs no
step no-tracefs-text 3 staletlb doctor
refused no-tracefs 'mount -t tracefs'
grep -q tracefs /proc/mounts && say "tracefs was mounted by somebody"
mount -t tracefs trace "$tracing"
unchanged "without tracefs"
step back 0 staletlb live -- workload cow
unchanged "all there again"
[ "$failed" = 0 ] || tail -n 100 /out/*.err /out/*-text.out
exit "$failed"
