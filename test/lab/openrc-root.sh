# Makes of a Debian root file system one with Alpine's arrangement: busybox's init and tools, OpenRC, no systemd, no dpkg, musl's loader
# and ldd beside glibc, which sshd, OpenRC and kmod still use. Arguments: root file system as a tar, folder with OpenRC's guest files,
# seed script, folder with the contract host's own files, result as a tar.
set -eu
from=$1 openrc=$2 seed=$3 own=$4 to=$5
work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
mkdir "$root"
tar --extract --numeric-owner --file "$from" --directory "$root"
# kmod's programs unpack Debian's modules; start-stop-daemon is no part of a userland; /bin/sh comes last, the scripts here need one.
for path in $("$root/usr/bin/busybox" --list-full); do
  name=${path##*/}
  case $name in modprobe | insmod | rmmod | lsmod | modinfo | depmod | start-stop-daemon | dpkg | dpkg-deb | busybox | sh) continue ;; esac
  rm -f "$root/usr/bin/$name" "$root/usr/sbin/$name"
  ln -s /usr/bin/busybox "$root/usr/bin/$name"
done
ln -sf /usr/bin/busybox "$root/usr/sbin/init"
ln -sf /usr/bin/busybox "$root/usr/bin/sh"
rm -rf "$root"/usr/lib/systemd "$root"/etc/systemd "$root"/var/lib/dpkg "$root"/var/lib/apt "$root"/etc/apt
rm -f "$root"/usr/bin/apt* "$root"/usr/bin/dpkg* "$root"/usr/bin/systemctl "$root"/usr/bin/getconf "$root"/usr/bin/bash "$root"/usr/bin/perl*
# sshd lets nobody in whose shell is not there.
sed -i 's,:/bin/bash$,:/bin/sh,' "$root/etc/passwd"
# musl's dynamic loader is its ldd as well, when it is called by that name.
rm -f "$root/usr/bin/ldd"
ln -s "/usr/lib/$(basename "$root"/usr/lib/ld-musl-*.so.1)" "$root/usr/bin/ldd"
rm -f "$root/etc/os-release"
# Debian's own scripts for services: its `ssh` says that it provides sshd, which OpenRC then does not start.
for script in "$root"/etc/init.d/*; do
  head -n 1 "$script" | grep -q openrc-run || rm -f "$script"
done
printf 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n' >"$root/etc/os-release"
echo 3.22.1 >"$root/etc/alpine-release"
cp "$own/sshd" "$own/demo" "$own/needer" "$root/etc/init.d/"
install -m 755 "$own/apk" "$root/usr/sbin/apk"
chmod 755 "$root/etc/init.d/sshd" "$root/etc/init.d/demo" "$root/etc/init.d/needer"
mkdir -p "$root/root/guest"
cp "$openrc"/* "$seed" "$root/root/guest/"
chroot "$root" /usr/bin/sh /root/guest/openrc-setup.sh >&2
# Debian's OpenRC reads both and complains at each call when they are not there.
mkdir -p "$root/etc/insserv.conf.d"
touch "$root/etc/insserv.conf"
# The test turns them on.
rm -f "$root"/etc/runlevels/*/cgroups
sed -i 's/^rc_cgroup_mode=.*/rc_cgroup_mode="legacy"/' "$root/etc/rc.conf"
tar --create --numeric-owner --file "$to" --directory "$root" .
