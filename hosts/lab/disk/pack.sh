# Makes a disk from a root file system. Arguments: directory, size, UUID; standard input: the root file system as a tar.
# Leaves disk.raw, vmlinuz and initrd in the directory. With "-" as directory (inside `mmdebstrap --unshare-helper`, which can't
# write where the user can) they go to standard output as a tar.
set -eu
work=$1 size=$2 uuid=$3
if [ "$work" = - ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
cd "$work"
mkdir root
tar --extract --numeric-owner --xattrs --xattrs-include='*' --directory root
cp --dereference "$(find root/boot -name 'vmlinuz-*' | sort -V | tail -n 1)" vmlinuz
cp --dereference "$(find root/boot -name 'initrd.img-*' | sort -V | tail -n 1)" initrd
# mmdebstrap copies the controller's resolver in as its last step; this one is QEMU's.
rm -f root/etc/resolv.conf
echo 'nameserver 10.0.2.3' >root/etc/resolv.conf
truncate -s "$size" disk.raw
# All tables are written now: a guest that initialises them lazily does disk work while something is measured.
mkfs.ext4 -q -F -U "$uuid" -E "hash_seed=$uuid,lazy_itable_init=0,lazy_journal_init=0" -d root disk.raw
rm -rf root
if [ "$1" = - ]; then tar --create --sparse disk.raw vmlinuz initrd; fi
