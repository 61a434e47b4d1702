/** Folders and files that decide who can log in over the network; the client's part of ssh is none of them. */
const LINK_FILES = [
  /^\/etc\/(ssh\/(?!ssh_)|pam\.d\/|security\/access\.conf$|sudoers(\.d\/|$)|doas\.(conf$|d\/))/,
  /^\/etc\/((passwd|shadow|group|gshadow|nologin|login\.defs|nsswitch\.conf|securetty|hosts\.(allow|deny))$|dropbear\/)/,
  /^\/etc\/(network\/|netplan\/|NetworkManager\/|systemd\/(network\/|networkd\.conf)|dhcpcd\.conf$|dhcp\/|iwd\/|wpa_supplicant\/|connman\/)/,
  /^\/etc\/(nftables(\.|\/)|iptables\/|ufw\/|firewalld\/|wireguard\/|openvpn\/)/,
  /^(\/root|\/home\/[^/]+)\/\.ssh\/authorized_keys/,
];

/** Whether a file may keep everybody from logging in anew once what reads it is started again. */
export function fileMayCutLink(path: string): boolean {
  return LINK_FILES.some((pattern) => pattern.test(path));
}
