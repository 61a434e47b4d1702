#!/bin/sh
# Run by mmdebstrap in the new root with this folder in /root/guest. Makes a disk that answers SSH soon under emulation and does
# nothing by itself while something is measured.
set -eu
cd "$(dirname "$0")"
units=/etc/systemd/system

mask() { for unit; do ln -sf /dev/null "$units/$unit"; done; }

install -D -m 755 seed.sh "/usr/local/lib/distrobench-seed"
install -D -m 644 distrobench-seed.service "$units/distrobench-seed.service"

# Nothing periodic: a timer that fires during a block is a disturbed sample.
for timer in /usr/lib/systemd/system/*.timer; do mask "${timer##*/}"; done

# Of no use in a machine with one disk, one fixed address and no console user; each costs 1-10 s of an emulated boot.
mask getty.target serial-getty@ttyS0.service getty@tty1.service console-getty.service \
  modprobe@.service systemd-pstore.service systemd-binfmt.service sys-kernel-config.mount sys-fs-fuse-connections.mount \
  proc-sys-fs-binfmt_misc.automount sys-kernel-tracing.mount e2scrub_reap.service apparmor.service ldconfig.service \
  systemd-journal-catalog-update.service systemd-journal-flush.service systemd-hwdb-update.service systemd-update-done.service \
  systemd-sysusers.service systemd-firstboot.service systemd-machine-id-commit.service systemd-random-seed.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-networkd.service systemd-networkd.socket \
  systemd-network-generator.service systemd-resolved.service systemd-timesyncd.service \
  systemd-tpm2-setup.service systemd-tpm2-setup-early.service systemd-udev-load-credentials.service
mkdir -p /etc/systemd/system-generators
for generator in getty gpt-auto hibernate-resume ssh tpm2 cryptsetup veritysetup integritysetup import factory-reset rc-local sysv; do
  ln -sf /dev/null "/etc/systemd/system-generators/systemd-$generator-generator"
done
ln -sf /dev/null "/etc/systemd/system-generators/podman-system-generator"

# logind only serves the power button here: it may come after sshd.
install -d "$units/systemd-logind.service.d"
printf '[Unit]\nAfter=ssh.service sshd.service\n' >"$units/systemd-logind.service.d/after-ssh.conf"
install -d "/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n' >"/etc/systemd/journald.conf.d/lab.conf"

# One host key type, the machine's own; no PAM session (it would start logind and a user manager at every login).
rm -f /etc/ssh/ssh_host_*
install -d /etc/ssh/sshd_config.d
{
  printf 'HostKey /etc/ssh/ssh_host_ed25519_key\nUsePAM no\nUseDNS no\nPasswordAuthentication no\nMaxSessions 64\n'
  # OpenSSH 9.8 and later: all connections come from QEMU's gateway, so one abandoned attempt would slow the next.
  if grep -q PerSourcePenalties /usr/sbin/sshd /usr/lib/openssh/sshd-session 2>/dev/null; then
    printf 'PerSourcePenalties no\n'
  fi
} >"/etc/ssh/sshd_config.d/00-lab.conf"

# The engines start when first used (docker: by its socket).
for unit in docker.service containerd.service podman.service podman.socket netavark-dhcp-proxy.socket netavark-dhcp-proxy.service podman-restart.service podman-auto-update.service; do
  if [ -e "/usr/lib/systemd/system/$unit" ]; then systemctl disable "$unit"; fi
done
if [ -e "/usr/lib/systemd/system/docker.socket" ]; then systemctl enable docker.socket; fi
# Debian calls it ssh, Arch sshd; Ubuntu starts it by a socket.
for unit in ssh sshd; do
  if [ -e "/usr/lib/systemd/system/$unit.service" ]; then systemctl enable "$unit.service"; fi
  if [ -e "/usr/lib/systemd/system/$unit.socket" ]; then systemctl disable "$unit.socket"; fi
done
systemctl enable distrobench-seed.service
systemctl set-default multi-user.target

# The root file system comes from the kernel command line: an fstab line would wait for udev to announce the disk.
printf '# see the kernel command line\n' >"/etc/fstab"
rm -f "/etc/machine-id" "/var/lib/dbus/machine-id"
: >"/etc/machine-id"
# A mirror's Release file may be past its Valid-Until; signatures are still checked.
if [ -d /etc/apt/apt.conf.d ]; then
  printf 'Acquire::Check-Valid-Until "false";\nAPT::Install-Recommends "false";\n' >/etc/apt/apt.conf.d/90lab
fi
cd /
rm -rf /root/guest
