#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's first process: readies the machine, runs the script, hands the results back on the
# first disk as one tar: status (the script's), dmesg, out (what the script left in /out).
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TERM=dumb
/bin/busybox mkdir -p /proc /sys /dev /tmp /out /root /run /etc
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/hugepages
mount -t tmpfs tmp /dev/shm
mount -t hugetlbfs huge /dev/hugepages
mount -t tracefs trace /sys/kernel/tracing
mount -t debugfs debug /sys/kernel/debug
ln -s /proc/self/fd /dev/fd
echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd

modprobe virtio_pci
modprobe virtio_blk
stty -F /dev/ttyS1 -opost
cd /root || exit 1
# Through a pipe, so that the script's output is no terminal.
{
	sh /vm/command </dev/null
	echo $? >/vm/status
} 2>&1 | cat >/dev/ttyS1
dmesg >/vm/dmesg
mv /out /vm/out
tar -c -C /vm status dmesg out | dd of=/dev/vda bs=1M conv=fsync 2>/dev/null ||
	echo "the results cannot be written" >/dev/ttyS1
reboot -f
