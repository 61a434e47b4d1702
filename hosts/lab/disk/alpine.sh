# Makes a root file system of Alpine from its mini root file system. Arguments: mini root file system, repository address
# (MIRROR/vX.Y), folders with guest files (2), packages. Standard output: the root file system as a tar; the list of installed packages
# is /root/packages in it. Run in namespaces of its own for mounts and processes, so that nothing is left mounted.
set -eu
mini=$1 repository=$2 guest=$3 openrc=$4
shift 4
work=$(mktemp -d)
root=$work/root
trap 'umount --lazy "$root/dev" "$root/proc" || true; rm -rf "$work"' EXIT
mkdir "$root"
tar --extract --numeric-owner --file "$mini" --directory "$root"
printf '%s/main\n%s/community\n' "$repository" "$repository" >"$root/etc/apk/repositories"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Before the kernel is installed, whose trigger makes the initrd: what finds the root file system, no more.
mkdir -p "$root/etc/mkinitfs"
echo 'features="base ext4 virtio"' >"$root/etc/mkinitfs/mkinitfs.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
chroot "$root" /sbin/apk add --no-cache --no-progress "$@" >&2
mkdir -p "$root/root/guest"
cp "$guest/seed.sh" "$openrc"/* "$root/root/guest/"
chroot "$root" sh /root/guest/openrc-setup.sh >&2
# The names that Debian uses, which is what is looked for when the disk is packed.
for image in "$root"/boot/initramfs-*; do ln -sf "${image##*/}" "$root/boot/initrd.img-${image##*-}"; done
chroot "$root" /sbin/apk info --verbose >"$root/root/packages"
umount --lazy "$root/dev"
umount "$root/proc"
tar --create --numeric-owner --directory "$root" .
