#!/bin/sh
# Run by mmdebstrap in the new root with this folder in /root/guest-grub, for a disk that boots through GRUB.
set -eu
cd "$(dirname "$0")"

# What a lab machine boots with; /etc/default/grub itself stays as the package made it.
mkdir -p /etc/default/grub.d
cat >/etc/default/grub.d/lab.cfg <<'END'
GRUB_TIMEOUT=0
GRUB_CMDLINE_LINUX="rw console=ttyS0 net.ifnames=0 apparmor=0 selinux=0 fsck.mode=skip no_timer_check"
END

# The configuration can only be made where the real disk is: at the first boot.
install -D -m 644 distrobench-grub.service /etc/systemd/system/distrobench-grub.service
systemctl enable distrobench-grub.service

cd /
rm -rf /root/guest-grub
