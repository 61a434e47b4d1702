# Makes a root file system of the Arch family. Arguments: pacman.conf of the build, mirror list of the guest, folder with guest files,
# packages. Standard output: the root file system as a tar; the list of installed packages is /root/packages in it. Run in namespaces
# of its own for mounts and processes, so that nothing is left mounted.
set -eu
config=$1 servers=$2 guest=$3
shift 3
work=$(mktemp -d)
root=$work/root
trap 'umount --recursive --lazy "$root" || true; rm -rf "$work"' EXIT
mkdir "$root"
# pacman needs a root that is a mount point to know its free space.
mount --bind "$root" "$root"
# Signatures are checked against the keys that the controller has of the distribution.
pacman-key --config "$config" --gpgdir "$work/keys" --init >&2
pacman-key --config "$config" --gpgdir "$work/keys" --populate archlinux manjaro >&2
sed "s#@KEYS@#$work/keys#" "$config" >"$work/pacman.conf"
# Before the kernel is installed, whose hook makes the initrd: what finds the root file system, no more.
mkdir -p "$root/etc/mkinitcpio.conf.d"
printf 'MODULES=(virtio_pci virtio_blk ext4)\nHOOKS=(base modconf block filesystems)\n' >"$root/etc/mkinitcpio.conf.d/lab.conf"
pacstrap -C "$work/pacman.conf" -K -M "$root" "$@" >&2
mkdir -p "$root/etc/pacman.d"
cp "$servers" "$root/etc/pacman.d/mirrorlist"
mkdir -p "$root/root/guest"
cp "$guest"/* "$root/root/guest/"
chroot "$root" sh /root/guest/systemd-setup.sh >&2
# The names that Debian uses, which is what is looked for when the disk is packed.
for image in "$root"/boot/initramfs-*.img; do
  case $image in *fallback*) continue ;; esac
  version=${image##*/initramfs-}
  ln -sf "${image##*/}" "$root/boot/initrd.img-${version%.img}"
done
chroot "$root" pacman -Q >"$root/root/packages"
rm -rf "$root"/var/cache/pacman/pkg/*
tar --create --numeric-owner --one-file-system --directory "$root" .
