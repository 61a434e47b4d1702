import { joinSh, type Shell, sh } from "../../hosts/index.ts";

interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  readonly conflicts?: string;
}

/**
 * Makes packages and their index in /srv/apt of a Debian system with its own dpkg-deb, and has apt take packages from there only.
 * `restoreAptSources` undoes the latter.
 */
export function makeAptRepository(packages: readonly TestPackage[]): Shell {
  return joinSh([
    sh`set -e; mkdir -p /srv/apt; cd /srv/apt`,
    ...packages.map(
      ({
        name,
        version,
        depends = "",
        conflicts = "",
      }) => sh`d=$(mktemp -d); chmod 755 "$d"; mkdir -p "$d/DEBIAN" "$d/etc"; echo own >"$d/etc/${name}.conf"
{ printf '%s\\n' ${`Package: ${name}`} ${`Version: ${version}`} 'Architecture: all' 'Maintainer: test <test@example.org>' 'Description: test'
[ -z ${depends} ] || printf 'Depends: %s\\n' ${depends}
[ -z ${conflicts} ] || printf 'Conflicts: %s\\n' ${conflicts}; } >"$d/DEBIAN/control"
echo "/etc/${name}.conf" >"$d/DEBIAN/conffiles"
dpkg-deb --root-owner-group --build -Znone "$d" ${`${name}.deb`} >/dev/null; rm -rf "$d"`,
    ),
    sh`for f in *.deb; do dpkg-deb --field "$f"; echo "Filename: ./$f"; echo "Size: $(stat -c %s "$f")"; echo "SHA256: $(sha256sum "$f" | cut -d' ' -f1)"; echo; done >Packages
mkdir -p /srv/apt-before; mv /etc/apt/sources.list /etc/apt/sources.list.d /srv/apt-before/ 2>/dev/null || true
mkdir -p /etc/apt/sources.list.d; echo 'deb [trusted=yes] file:/srv/apt ./' >/etc/apt/sources.list
rm -rf /var/lib/apt/lists/*`,
  ]);
}
