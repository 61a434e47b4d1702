#!/bin/sh
# Run in the new root of a system with OpenRC and busybox, with this folder and seed.sh in /root/guest. Makes a disk that answers SSH
# soon under emulation and does nothing by itself while something is measured.
set -eu
cd "$(dirname "$0")"

install -D -m 755 seed.sh /usr/local/lib/distrobench-seed
install -D -m 755 distrobench-seed /etc/init.d/distrobench-seed

# Only what is there: names differ between releases.
add() {
  level=$1
  shift
  for service; do
    if [ -e "/etc/init.d/$service" ]; then rc-update -q add "$service" "$level"; fi
  done
}
rm -rf /etc/runlevels/*/*
mkdir -p /etc/runlevels/sysinit /etc/runlevels/boot /etc/runlevels/default /etc/runlevels/shutdown
add sysinit devfs procfs sysfs cgroups
add boot localmount bootmisc
add default distrobench-seed sshd
add shutdown killprocs mount-ro

cat >/etc/inittab <<'END'
::sysinit:/sbin/openrc sysinit
::sysinit:/sbin/openrc boot
::wait:/sbin/openrc default
::ctrlaltdel:/sbin/reboot
::shutdown:/sbin/openrc shutdown
END

# The default since OpenRC 0.51; older ones mix both versions.
if ! grep -qs '^rc_cgroup_mode=' /etc/rc.conf; then echo 'rc_cgroup_mode="unified"' >>/etc/rc.conf; fi

# One host key type, the machine's own. The first value of an option counts, so these go before all others.
rm -f /etc/ssh/ssh_host_*
{
  printf 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\nPasswordAuthentication no\nMaxSessions 64\n'
  # OpenSSH 9.8 and later: all connections come from QEMU's gateway, so one abandoned attempt would slow the next.
  if grep -qs PerSourcePenalties /usr/sbin/sshd /usr/lib/ssh/sshd-session /usr/lib/openssh/sshd-session; then
    printf 'PerSourcePenalties no\n'
  fi
  cat /etc/ssh/sshd_config
} >/etc/ssh/sshd_config.new
mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config

# The root file system comes from the kernel command line.
printf '# see the kernel command line\n' >/etc/fstab
cd /
rm -rf /root/guest
