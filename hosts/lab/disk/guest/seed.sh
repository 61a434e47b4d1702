#!/bin/sh
# Runs at every boot of a lab machine, before sshd: takes what makes this machine itself (keys, host name) from QEMU's
# firmware configuration device and sets the fixed address of QEMU's user-mode network. POSIX sh: systemd and OpenRC run it alike.
set -eu
umask 077

seed=/sys/firmware/qemu_fw_cfg/by_name/opt/distrobench
modprobe qemu_fw_cfg
modprobe virtio_net
modprobe virtio_rng || true

name=$(cat "$seed/hostname/raw")
printf '%s\n' "$name" >/etc/hostname
printf '%s\n' "$name" >/proc/sys/kernel/hostname
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n' "$name" >/etc/hosts

mkdir -p /root/.ssh
cat "$seed/client-key/raw" >/root/.ssh/authorized_keys
cat "$seed/host-key/raw" >/etc/ssh/ssh_host_ed25519_key
chmod 644 /etc/hostname /etc/hosts

ip link set lo up
ip address replace 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route replace default via 10.0.2.2
